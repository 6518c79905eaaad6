using Microsoft.Win32.SafeHandles;

namespace SideEye.Linux;

/// <summary>What names a file for the kernel, whatever its paths.</summary>
public static unsafe class FileNumbers
{
    /// <summary>Asks for device (st_dev) and inode (st_ino) of an open file; false when they are not to be had.
    /// </summary>
    public static bool TryRead(SafeFileHandle file, out ulong device, out ulong inode)
    {
        ArgumentNullException.ThrowIfNull(file);
        LibC.StatX stat = default;
        bool isRead = LibC.StatXOf(
            (int)file.DangerousGetHandle(), "", LibC.OfFileItself, LibC.WantsInode, &stat) == 0;
        // gnu_dev_makedev: how C's stat has it.
        device = (stat.DeviceMinor & 0xff) | ((stat.DeviceMajor & 0xfffUL) << 8)
            | ((stat.DeviceMinor & ~0xffUL) << 12) | ((stat.DeviceMajor & ~0xfffUL) << 32);
        inode = stat.Inode;
        GC.KeepAlive(file);
        return isRead;
    }
}
