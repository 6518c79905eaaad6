using SideEye.Dwarf;
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
    private readonly MappedProgram program;
    private readonly MappedFile? index;
    private readonly Lazy<GoBinary> binary;
    private readonly Lazy<GoFunctions> variables;

    private ProgramFunctions(MappedProgram program, IndexFiles files, string name)
    {
        this.program = program;
        binary = new Lazy<GoBinary>(() => GoBinary.Open(program.Elf, program.DebugElf));
        DwarfFile dwarf = DwarfFile.Open(program.DebugElf ?? program.Elf);
        if (!dwarf.HasDebugInfo)
            throw Stripped(name);
        index = program.BuildId is null ? null : files.TryOpenFunctions(program.BuildId);
        GoTypes types = GoTypes.Open(dwarf);
        Functions = GoFunctions.Open(dwarf, types, null, index?.Memory ?? default);
        if (!Functions.HasKeptIndex && Functions.Count > 0 && program.BuildId is { } buildId)
        {
            files.TryKeepFunctions(buildId, Functions.IndexBytes);
            MappedProgram.Keep(files, buildId, dwarf, types);
        }

        if (Functions.Count == 0)
            throw Stripped(name);
        variables = new Lazy<GoFunctions>(() => OpenVariables(dwarf, types, files));
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
    public static ProgramFunctions Open(string path, string name, IndexFiles? files = null)
    {
        files ??= IndexFiles.Default;
        MappedProgram program = MappedProgram.Open(path, name, files);
        try
        {
            return new ProgramFunctions(program, files, name);
        }
        catch (Exception e)
        {
            program.Dispose();
            throw OpenedBinary.Explain(e, name);
        }
    }

    /// <summary>Opens the program of a process.</summary>
    /// <exception cref="TargetException">No such process, not a Go program, without debug information, or broken.
    /// </exception>
    public static ProgramFunctions OpenProcess(int pid, IndexFiles? files = null)
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
        program.Dispose();
        ((IDisposable?)index)?.Dispose();
    }

    private GoFunctions OpenVariables(DwarfFile dwarf, GoTypes types, IndexFiles files)
    {
        // The binary has read names and units of its debug information already.
        if (Binary.DebugInformation.Dwarf is { } read && read.Elf == dwarf.Elf)
        {
            dwarf = read;
            types = GoTypes.Open(dwarf);
        }

        if (program.BuildId is { } buildId)
            MappedProgram.Keep(files, buildId, dwarf, types);
        return Functions.With(dwarf, types, Binary.Pcln, Binary.Elf);
    }

    private static TargetException Stripped(string name) => new(TargetProblem.NotReadable,
        $"{name} has no debug information for its Go code, so its functions and variables cannot be listed: "
        + "build it without -ldflags=-s or -w, or install its debug file");
}
