using SideEye.Dwarf;
using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Linux;

namespace SideEye.Host;

/// <summary>
/// A Go program file opened for its functions and variables. Names come from the index on disk without a look into the
/// debug information; that is read only when variables are asked for.
/// </summary>
public sealed class ProgramFunctions : IDisposable
{
    private readonly MappedFile file;
    private readonly MappedFile? debugFile;
    private readonly MappedFile? index;
    private readonly Lazy<GoBinary> binary;
    private readonly Lazy<GoFunctions> variables;

    private ProgramFunctions(
        MappedFile file, MappedFile? debugFile, ElfFile elf, ElfFile? debugElf, FunctionIndexFiles files, string name)
    {
        this.file = file;
        this.debugFile = debugFile;
        binary = new Lazy<GoBinary>(() => GoBinary.Open(elf, debugElf));
        DwarfFile dwarf = DwarfFile.Open(debugElf ?? elf);
        if (!dwarf.HasDebugInfo)
            throw Stripped(name);
        string? buildId = elf.BuildId ?? elf.GoBuildId;
        index = buildId is null ? null : files.TryOpen(buildId);
        GoTypes types = GoTypes.Open(dwarf);
        Functions = GoFunctions.Open(dwarf, types, null, index?.Memory ?? default);
        if (!Functions.HasKeptIndex && Functions.Count > 0 && buildId is not null)
            files.TryKeep(buildId, Functions.IndexBytes.Span);
        if (Functions.Count == 0)
            throw Stripped(name);
        variables = new Lazy<GoFunctions>(
            () => GoFunctions.Open(
                dwarf, types, binary.Value.Pcln, Functions.IndexBytes, binary.Value.Elf));
    }

    /// <summary>Names and search; bodies without what the function table adds, see <see cref="Variables"/>.</summary>
    public GoFunctions Functions { get; }

    /// <summary>The same for bodies and their variables; opens <see cref="Binary"/>.</summary>
    public GoFunctions Variables => variables.Value;

    /// <summary>The program's facts, read when first asked for.</summary>
    public GoBinary Binary => binary.Value;

    /// <summary>Opens a program file.</summary>
    /// <param name="path">Path to open.</param>
    /// <param name="name">Name of it for messages, also the folder in which a debug link is looked for.</param>
    /// <param name="files">Where indexes are kept.</param>
    /// <exception cref="TargetException">Not a Go program, without debug information, or broken.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static ProgramFunctions Open(string path, string name, FunctionIndexFiles? files = null)
    {
        MappedFile file = MappedFile.Open(path);
        MappedFile? debug = null;
        try
        {
            ElfFile elf = ElfFile.Open(file.Memory);
            if (!GoBinary.IsGo(elf))
                throw new TargetException(TargetProblem.NotGo, $"{name} is not a Go program");
            ElfFile? debugElf = OpenedBinary.OpenDebugFile(elf, name, out debug);
            return new ProgramFunctions(file, debug, elf, debugElf, files ?? FunctionIndexFiles.Default, name);
        }
        catch (Exception e)
        {
            ((IDisposable?)debug)?.Dispose();
            ((IDisposable)file).Dispose();
            throw OpenedBinary.Explain(e, name);
        }
    }

    /// <summary>Opens the program of a process.</summary>
    /// <exception cref="TargetException">No such process, not a Go program, without debug information, or broken.
    /// </exception>
    public static ProgramFunctions OpenProcess(int pid, FunctionIndexFiles? files = null)
    {
        LinuxProcess process = new(pid);
        if (!process.IsAlive)
            throw new TargetException(TargetProblem.NoSuchProcess, $"no process has the pid {pid}; see sideeye ps");
        try
        {
            return Open(process.ExecutablePath, process.Executable ?? $"pid {pid}", files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GoProcess.Refused(pid);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ((IDisposable)file).Dispose();
        ((IDisposable?)debugFile)?.Dispose();
        ((IDisposable?)index)?.Dispose();
    }

    private static TargetException Stripped(string name) => new(TargetProblem.NotReadable,
        $"{name} has no debug information for its Go code, so its functions and variables cannot be listed: "
        + "build it without -ldflags=-s or -w, or install its debug file");
}
