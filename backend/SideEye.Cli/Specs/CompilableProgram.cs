using SideEye.GoRuntime;
using SideEye.Host;

namespace SideEye.Cli.Specs;

/// <summary>A program file, or that of a process, for which specs are compiled: one with debug information.</summary>
internal sealed class CompilableProgram : IDisposable
{
    private readonly OpenedBinary? file;
    private readonly BinaryCache binaries = new();

    private CompilableProgram(string? path, int? pid)
    {
        Name = path ?? $"pid {pid}";
        file = path is null ? null : OpenedBinary.Open(path, path);
        Binary = file?.Go ?? GoProcess.Open(pid!.Value, binaries).Binary;
    }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>The program.</summary>
    public GoBinary Binary { get; }

    /// <summary>Opens the one of the two that is given.</summary>
    /// <exception cref="CommandFailedException">There is no such file, or no debug information in it.</exception>
    /// <exception cref="TargetException">Not a Go program, or no such process.</exception>
    public static CompilableProgram Open(string? path, int? pid)
    {
        if (path is not null && !File.Exists(path))
            throw new CommandFailedException($"there is no file {path}");
        // Where a debug link leads is said from the program's own folder.
        CompilableProgram program = new(path is null ? null : Path.GetFullPath(path), pid);
        if (program.Binary.DebugInformation is not { IsAvailable: false } missing)
            return program;
        program.Dispose();
        throw new CommandFailedException(
            $"{program.Name} has no debug information ({missing.Reason}): no variables can be captured; "
            + "build it without -ldflags=-s or -w");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        file?.Dispose();
        binaries.Dispose();
    }
}
