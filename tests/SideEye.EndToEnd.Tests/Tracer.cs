using System.Runtime.InteropServices;

namespace SideEye.EndToEnd.Tests;

/// <summary>Traces a process as a debugger does, without stopping it, until disposed.</summary>
internal sealed partial class Tracer : IDisposable
{
    private const int PtraceSeize = 0x4206;
    private readonly ManualResetEventSlim end = new();
    private readonly Thread thread;

    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    public Tracer(int processId)
    {
        // The kernel knows tracers as threads, and lets go when the thread ends.
        using ManualResetEventSlim begun = new();
        int error = 0;
        thread = new Thread(() =>
        {
            error = ptrace(PtraceSeize, processId, 0, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
            begun.Set();
            if (error == 0)
                end.Wait();
        });
        thread.Start();
        begun.Wait();
        if (error != 0)
            throw new InvalidOperationException($"cannot trace pid {processId}: errno {error}");
    }

    public void Dispose()
    {
        end.Set();
        thread.Join();
        end.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint ptrace(nint request, int processId, nint address, nint data);
}
