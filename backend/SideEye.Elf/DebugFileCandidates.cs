using System.Collections.Immutable;

namespace SideEye.Elf;

/// <summary>Where a separate debug file may lie (GDB manual, "Debugging Information in Separate Files").</summary>
public static class DebugFileCandidates
{
    /// <summary>The folder that distributions install debug files under.</summary>
    public const string DefaultRoot = "/usr/lib/debug";

    /// <summary>
    /// Paths to try in this order: by build id, then by debug link beside the program, in its .debug folder, and under
    /// <paramref name="root"/>. Nothing is opened; a candidate by build id should have the same build id, one by debug
    /// link the same checksum.
    /// </summary>
    /// <param name="elf">The program.</param>
    /// <param name="directory">Absolute path of the folder that the program lies in.</param>
    /// <param name="root">Folder of debug files.</param>
    public static ImmutableArray<string> For(ElfFile elf, string directory, string root = DefaultRoot)
    {
        ImmutableArray<string>.Builder paths = ImmutableArray.CreateBuilder<string>();
        if (elf.BuildId is { Length: > 2 } id)
            paths.Add($"{root}/.build-id/{id[..2]}/{id[2..]}.debug");
        if (elf.DebugLink is { } link)
        {
            string folder = directory.TrimEnd('/');
            paths.Add($"{folder}/{link.FileName}");
            paths.Add($"{folder}/.debug/{link.FileName}");
            paths.Add($"{root}{folder}/{link.FileName}");
        }

        return paths.ToImmutable();
    }
}
