using System.Runtime.CompilerServices;
using Xunit;

namespace SideEye.Testing;

/// <summary>Texts that were read and accepted by a person. ACCEPT_GOLDEN=1 writes them anew.</summary>
public static class Golden
{
    /// <summary>The text is the one in the folder Golden beside the calling test.</summary>
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
