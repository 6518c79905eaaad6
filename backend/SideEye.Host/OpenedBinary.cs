using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.Linux;
using SideEye.Target;

namespace SideEye.Host;

/// <summary>A Go program file, mapped into memory, with its separate debug file where one is installed.</summary>
public sealed class OpenedBinary : IDisposable
{
    private readonly MappedFile file;
    private readonly MappedFile? debugFile;

    private OpenedBinary(MappedFile file, MappedFile? debugFile, GoBinary go)
    {
        this.file = file;
        this.debugFile = debugFile;
        Go = go;
    }

    /// <summary>What the file says of itself.</summary>
    public GoBinary Go { get; }

    /// <summary>Opens a program file.</summary>
    /// <param name="path">Path to open; may be /proc/PID/exe.</param>
    /// <param name="name">Name of it for messages, also the folder in which a debug link is looked for.</param>
    /// <exception cref="TargetException">Not a Go program, not supported, or broken.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static OpenedBinary Open(string path, string name)
    {
        MappedFile file = MappedFile.Open(path);
        MappedFile? debug = null;
        try
        {
            ElfFile elf = ElfFile.Open(file.Memory);
            if (!GoBinary.IsGo(elf))
                throw new TargetException(TargetProblem.NotGo, $"{name} is not a Go program");
            ElfFile? debugElf = OpenDebugFile(elf, name, out debug);
            return new OpenedBinary(file, debug, GoBinary.Open(elf, debugElf));
        }
        catch (Exception e)
        {
            ((IDisposable?)debug)?.Dispose();
            ((IDisposable)file).Dispose();
            throw Explain(e, name);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ((IDisposable)file).Dispose();
        ((IDisposable?)debugFile)?.Dispose();
    }

    internal static Exception Explain(Exception e, string name) => e switch
    {
        NotGoBinaryException => new TargetException(TargetProblem.NotGo, $"{name} is not a Go program: {e.Message}", e),
        BadElfException { Section: "ELF header" } =>
            new TargetException(TargetProblem.NotGo, $"{name} is not a Go program: {e.Message}", e),
        UnsupportedGoVersionException or MalformedFileException or RuntimeVariableNotFoundException =>
            new TargetException(TargetProblem.NotReadable, $"{name}: {e.Message}", e),
        _ => e,
    };

    internal static ElfFile? OpenDebugFile(ElfFile elf, string name, out MappedFile? debug)
    {
        debug = null;
        if (elf.FindSection(".debug_info") is not null || elf.FindSection(".zdebug_info") is not null)
            return null;
        string folder = Path.GetDirectoryName(name) ?? "/";
        foreach (string candidate in DebugFileCandidates.For(elf, folder))
        {
            if (!File.Exists(candidate))
                continue;
            debug = MappedFile.Open(candidate);
            return ElfFile.Open(debug.Memory);
        }
        return null;
    }
}
