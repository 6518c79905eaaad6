using System.Runtime.CompilerServices;

namespace SideEye.Probes.Tests;

/// <summary>Texts that were read and accepted by a person. ACCEPT_GOLDEN=1 writes them anew.</summary>
public static class Golden
{
    public static void Verify(string name, string actual, [CallerFilePath] string caller = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(caller)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("ACCEPT_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }
        Assert.True(File.Exists(path), $"{path} is missing; ACCEPT_GOLDEN=1 writes it");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
