namespace SideEye.Cli.Output;

/// <summary>The reader of standard output went away, as head does once it has seen enough: not an error.</summary>
internal sealed class BrokenPipeException(IOException cause) : IOException(cause.Message, cause);
