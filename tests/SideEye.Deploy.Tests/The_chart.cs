namespace SideEye.Deploy.Tests;

/// <summary>The Helm chart, rendered as Helm does and decoded into Kubernetes' own types.</summary>
public sealed class The_chart : IDisposable
{
    private const string Trust = 
        "auth: { tokenSecret: side-token, tlsSecret: side-tls, callersSecret: callers, serveTlsSecret: serve-tls }\n";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-test-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("default", Trust)]
    [InlineData("agents-only", Trust + "serve: { enabled: false }\nnetworkPolicy: { enabled: false }\n")]
    [InlineData("everything", """
        nameOverride: eye
        imagePullSecrets: [{ name: pull }]
        auth: { tokenSecret: t, tlsSecret: c, serverName: agents.internal, callersSecret: u, serveTlsSecret: s }
        agent:
          image: { repository: registry.internal/agent, tag: "1", pullPolicy: Always }
          environment: production
          capabilities: [SYS_PTRACE]
          seccompProfile: Unconfined
          appArmorProfile: ""
          priorityClassName: system-node-critical
          podAnnotations: { a: b }
          podLabels: { team: x }
          affinity: { nodeAffinity: {} }
        serve:
          extraArgs: [--client-ca, /etc/sideeye/extra/authorities/ca.pem]
          extraSecrets: [authorities]
          service: { type: NodePort, port: 80 }
          persistence: { size: 5Gi, storageClassName: fast }
          nodeSelector: { disk: ssd }
          tolerations: [{ operator: Exists }]
          podAnnotations: { c: d }
        networkPolicy:
          metricsFrom: [{ namespaceSelector: { matchLabels: { name: monitoring } } }]
          serveFrom: [{ podSelector: { matchLabels: { app: grafana } } }]
        """)]
    [InlineData("trying-out", "auth: { insecure: true }\nserve: { persistence: { enabled: false } }\n")]
    public async Task Values_give_the_manifests_that_were_read(string name, string values)
    {
        Tool rendered = await RenderAsync(values);
        Assert.True(rendered.Code == 0, rendered.Output);
        Golden.Verify(name + ".yaml", rendered.Output);
    }

    [Theory]
    [InlineData("", "auth.tokenSecret: name a Secret")]
    [InlineData("auth: { tokenSecret: t }\n", "auth.tlsSecret: name a Secret")]
    [InlineData("auth: { tokenSecret: t, tlsSecret: c }\n", "auth.callersSecret: name a Secret")]
    [InlineData("auth: { tokenSecret: t, tlsSecret: c, callersSecret: u }\n", "auth.serveTlsSecret: name a Secret")]
    [InlineData(Trust + "agent: { port: 70000 }\n", "agent.port")]
    [InlineData(Trust + "agent: { capabilities: [BPF] }\n", "agent.capabilities")]
    [InlineData(Trust + "agent: { prot: 7 }\n", "prot")]
    [InlineData(Trust + "serve: { persistence: { size: much } }\n", "serve.persistence.size")]
    public async Task Values_that_make_no_sense_are_refused_with_their_name(string values, string named)
    {
        Tool rendered = await RenderAsync(values);
        Assert.Equal(1, rendered.Code);
        Assert.Contains(named, rendered.Output, StringComparison.Ordinal);
    }

    private async Task<Tool> RenderAsync(string values)
    {
        await RepositoryScript.RunAsync("build-chart", [], TestContext.Current.CancellationToken);
        string file = Path.Combine(folder.FullName, "values.yaml");
        await File.WriteAllTextAsync(file, values, TestContext.Current.CancellationToken);
        return await Tool.RunAsync(
            Path.Combine(Repository.Cache, "targets", "chart", "chart"), Repository.PathOf("deploy", "helm", "sideeye"),
            "demo", "monitoring", file);
    }
}
