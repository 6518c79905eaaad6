using Microsoft.Win32.SafeHandles;
using SideEye.Dwarf;
using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Types;
using SideEye.Linux;

namespace SideEye.Host;

/// <summary>
/// A Go program file and its separate debug file, where one is installed, mapped together with what was kept of them.
/// </summary>
internal sealed class MappedProgram : IDisposable
{
    private readonly MappedFile file;
    private readonly MappedFile?[] others;

    private MappedProgram(
        ElfFile elf, ElfFile? debugElf, string? debugPath, string? buildId, MappedFile file, MappedFile?[] others)
    {
        Elf = elf;
        DebugElf = debugElf;
        DebugPath = debugPath;
        BuildId = buildId;
        this.file = file;
        this.others = others;
    }

    /// <summary>The file that was opened.</summary>
    public FileIdentity Identity => new(file.Device, file.Inode);

    /// <summary>The program.</summary>
    public ElfFile Elf { get; }

    /// <summary>Its debug file, or null.</summary>
    public ElfFile? DebugElf { get; }

    /// <summary>Where that file is, or null.</summary>
    public string? DebugPath { get; }

    /// <summary>By which things are kept; null when nothing can be.</summary>
    public string? BuildId { get; }

    /// <summary>Maps a program file.</summary>
    /// <param name="path">Path to open; may be /proc/PID/exe.</param>
    /// <param name="name">Name of it for messages, also the folder in which a debug link is looked for.</param>
    /// <param name="indexes">What was kept.</param>
    /// <exception cref="TargetException">Not a Go program, or broken.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static MappedProgram Open(string path, string name, IndexFiles indexes)
    {
        MappedFile file = MappedFile.Open(path);
        MappedFile? debug = null;
        MappedFile? parts = null;
        try
        {
            ElfFile elf = ElfFile.Open(file.Memory);
            if (!GoBinary.IsGo(elf))
                throw new TargetException(TargetProblem.NotGo, $"{name} is not a Go program");
            ElfFile? debugElf = OpenDebugFile(elf, name, out debug, out string? debugPath);
            string? buildId = elf.BuildId ?? elf.GoBuildId;
            if (buildId is null || (parts = indexes.TryOpenParts(buildId)) is null)
                return new MappedProgram(elf, debugElf, debugPath, buildId, file, [debug]);
            KeptParts? kept = KeptParts.TryOpen(parts.Memory, () => indexes.RemoveParts(buildId));
            if (kept is null)
                indexes.RemoveParts(buildId);
            return new MappedProgram(
                elf.With(kept), debugElf?.With(kept), debugPath, buildId, file, [debug, parts]);
        }
        catch (Exception e)
        {
            ((IDisposable?)parts)?.Dispose();
            ((IDisposable?)debug)?.Dispose();
            ((IDisposable)file).Dispose();
            throw OpenedBinary.Explain(e, name);
        }
    }

    /// <summary>Keeps what takes long, unless it is kept already.</summary>
    /// <param name="indexes">Where.</param>
    /// <param name="buildId">Of the program.</param>
    /// <param name="dwarf">Its debug information.</param>
    /// <param name="types">The types of it.</param>
    /// <exception cref="Target.MalformedFileException">The debug information is broken.</exception>
    public static void Keep(IndexFiles indexes, string buildId, DwarfFile dwarf, GoTypes types)
    {
        if (!indexes.HasParts(buildId))
            indexes.TryKeepParts(buildId, [.. dwarf.SectionsToKeep(), .. types.ToKeep()]);
    }

    /// <summary>As <see cref="MappedFile.LetGo"/>, of all that is mapped.</summary>
    public void LetGo()
    {
        file.LetGo();
        foreach (MappedFile? other in others)
            other?.LetGo();
    }

    /// <summary>As <see cref="MappedFile.TryMoveTo"/>, of the program itself.</summary>
    public bool TryMoveTo(SafeFileHandle other) => file.TryMoveTo(other);

    /// <inheritdoc/>
    public void Dispose()
    {
        ((IDisposable)file).Dispose();
        foreach (MappedFile? other in others)
            ((IDisposable?)other)?.Dispose();
    }

    private static ElfFile? OpenDebugFile(ElfFile elf, string name, out MappedFile? debug, out string? path)
    {
        debug = null;
        path = null;
        if (elf.FindSection(".debug_info") is not null || elf.FindSection(".zdebug_info") is not null)
            return null;
        string folder = Path.GetDirectoryName(name) ?? "/";
        foreach (string candidate in DebugFileCandidates.For(elf, folder))
        {
            if (!File.Exists(candidate))
                continue;
            debug = MappedFile.Open(path = candidate);
            return ElfFile.Open(debug.Memory);
        }
        return null;
    }
}
