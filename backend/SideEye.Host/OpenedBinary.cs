using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.Target;

namespace SideEye.Host;

/// <summary>A Go program file, mapped into memory, with its separate debug file where one is installed.</summary>
public sealed class OpenedBinary : IDisposable
{
    private OpenedBinary(MappedProgram program, GoBinary go)
    {
        Program = program;
        Go = go;
    }

    /// <summary>What the file says of itself.</summary>
    public GoBinary Go { get; }

    /// <summary>Its files.</summary>
    internal MappedProgram Program { get; }

    /// <summary>Opens a program file.</summary>
    /// <param name="path">Path to open; may be /proc/PID/exe.</param>
    /// <param name="name">Name of it for messages, also the folder in which a debug link is looked for.</param>
    /// <param name="indexes">What was kept of programs; <see cref="IndexFiles.Default"/> when not given.</param>
    /// <exception cref="TargetException">Not a Go program, not supported, or broken.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static OpenedBinary Open(string path, string name, IndexFiles? indexes = null) =>
        Open(MappedProgram.Open(path, name, indexes ?? IndexFiles.Default), name);

    /// <inheritdoc/>
    public void Dispose() => Program.Dispose();

    /// <summary>Reads the facts of a program; its files are closed when that fails.</summary>
    /// <exception cref="TargetException">Not a Go program, not supported, or broken.</exception>
    internal static OpenedBinary Open(MappedProgram program, string name)
    {
        try
        {
            return new OpenedBinary(program, GoBinary.Open(program.Elf, program.DebugElf));
        }
        catch (Exception e)
        {
            program.Dispose();
            throw Explain(e, name);
        }
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
}
