using System.CommandLine;
using SideEye.Cli.Output;
using SideEye.Cli.Remote;
using SideEye.Cli.Specs;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Serving.Api;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye spec push FILE</c>: puts a spec in force at a control plane.</summary>
internal static class SpecPushCommand
{
    private const string About = """
        Put a spec in force at a control plane, as the next version of the document of its name.

        It is checked with all that is in force there; when something is wrong, nothing changes.
        Example: sideeye spec push checkout.yaml --server https://sideeye:7463 -m "ids of clients"
        """;

    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "A spec file (YAML)." };
        Option<string?> name = new("--name")
        {
            Description = "Name of the document; default: the file's, without its ending.", HelpName = "NAME",
        };
        Option<string> comment = new("--message", "-m")
        {
            Description = "Why it changes, for those who look later.", HelpName = "TEXT",
            DefaultValueFactory = static _ => "",
        };
        ServerOptions server = new();
        Command command = new("push", About) { file, name, comment };
        server.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            string path = parsed.GetRequiredValue(file);
            string document = parsed.GetValue(name) ?? Path.GetFileNameWithoutExtension(path);
            using ControlPlaneClient controlPlane = server.Require(parsed);
            SpecVersion version = await controlPlane.SendAsync<SpecDocumentText, SpecVersion>(
                HttpMethod.Put, $"/api/v1/specs/{Uri.EscapeDataString(document)}",
                new SpecDocumentText(SpecFiles.ReadText(path), parsed.GetRequiredValue(comment), Replaces: null),
                stop).ConfigureAwait(false);
            using StreamWriter text = new(StandardOutput.Open());
            text.WriteLine($"{PlainText.Clean(version.Name)} version {version.Version} is in force");
            return ExitCode.Done;
        });
        return command;
    }
}
