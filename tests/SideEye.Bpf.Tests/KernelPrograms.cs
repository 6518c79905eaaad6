using System.Globalization;
using System.Runtime.InteropServices;

namespace SideEye.Bpf.Tests;

/// <summary>BPF programs as the kernel knows them.</summary>
internal static partial class KernelPrograms
{
    private const int GetFdById = 13; // BPF_PROG_GET_FD_BY_ID, include/uapi/linux/bpf.h
    private const int NoSuchEntry = 2; // ENOENT

    /// <summary>Ids of the programs that this process holds open.</summary>
    public static IReadOnlyList<uint> OfThisProcess()
    {
        List<uint> ids = [];
        foreach (string file in Directory.GetFiles("/proc/self/fdinfo"))
        {
            string? line = TryLines(file).FirstOrDefault(text => text.StartsWith("prog_id:", StringComparison.Ordinal));
            if (line is not null)
                ids.Add(uint.Parse(line["prog_id:".Length..], CultureInfo.InvariantCulture));
        }
        return [.. ids.Distinct()];
    }

    /// <summary>How many attachments of programs this process holds open.</summary>
    public static int LinksOfThisProcess() => Directory.GetFiles("/proc/self/fdinfo").Count(static file =>
        TryLines(file).Any(static line => line.StartsWith("link_type:", StringComparison.Ordinal)));

    /// <summary>Whether the kernel still has a program.</summary>
    public static bool Exists(uint id)
    {
        byte[] attributes = new byte[16];
        BitConverter.TryWriteBytes(attributes, id);
        long descriptor = syscall(BpfCall, GetFdById, attributes, attributes.Length);
        if (descriptor < 0)
        {
            Assert.Equal(NoSuchEntry, Marshal.GetLastPInvokeError());
            return false;
        }
        Assert.Equal(0, close((int)descriptor));
        return true;
    }

    private static long BpfCall => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321;

    private static string[] TryLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return []; // closed meanwhile
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, int command, byte[] attributes, int bytes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
