using Microsoft.Win32.SafeHandles;

namespace SideEye.Host;

/// <summary>
/// One reading of a program, for all files with its contents: containers of one image have a file each, and fifty of
/// them cost one. Which of the files is mapped does not matter as long as it cannot be written to; when its processes
/// end another takes its place. Safe for use by several threads.
/// </summary>
internal sealed class SharedBinary : IDisposable
{
    private readonly Lock gate = new();

    // The first is the one that is mapped.
    private readonly List<ProgramFile> files;
    private readonly List<ProgramFile> former = [];

    /// <summary>A program that was opened from a file.</summary>
    public SharedBinary(OpenedBinary opened, ProgramFile file)
    {
        Opened = opened;
        files = [file];
    }

    /// <summary>The program.</summary>
    public OpenedBinary Opened { get; }

    /// <summary>True when it has no file any more.</summary>
    public bool IsUnused
    {
        get
        {
            lock (gate)
                return files.Count == 0;
        }
    }

    /// <summary>True when no process of any of its files is left either.</summary>
    public bool IsLeft
    {
        get
        {
            lock (gate)
                return files.Count == 0 && former.TrueForAll(static file => file.IsLeft);
        }
    }

    /// <summary>Takes a file in when it is this program to the last byte, whatever build id it claims.</summary>
    /// <param name="file">The file.</param>
    /// <param name="program">What it is mapped as.</param>
    public bool TryJoin(ProgramFile file, MappedProgram program)
    {
        lock (gate)
        {
            SecureMapped();
            // A debug file is looked for beside the program: what another has is not this one's.
            if (files is not [var mapped, ..] || program.DebugPath != Opened.Program.DebugPath)
                return false;
            using SafeFileHandle? ours = mapped.TryOpen();
            using SafeFileHandle? theirs = file.TryOpen();
            bool isSame = ours is not null && theirs is not null && FileContents.AreSame(ours, theirs)
                && mapped.IsUnchanged && file.IsUnchanged;
            if (isSame)
                files.Add(file);
            return isSame;
        }
    }

    /// <summary>Leaves a file out.</summary>
    public void Leave(ProgramFile file)
    {
        lock (gate)
        {
            if (files.IndexOf(file) == 0)
                Move();
            files.Remove(file);
            former.RemoveAll(static one => one.IsLeft);
            former.Add(file);
        }
    }

    /// <summary>Sees to it that the file that is mapped cannot be written to, if there is one that cannot. Does not
    /// wait for a file that is being taken in: that sees to it as well.</summary>
    public void Secure()
    {
        if (!gate.TryEnter())
            return;
        try
        {
            SecureMapped();
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Opened.Dispose();

    private void SecureMapped()
    {
        if (files.Count > 1 && !files[0].IsUnchanged)
            Move();
    }

    /// <summary>Maps another file in the place of the first. What was executed all the time since it was compared is
    /// the same still; others are passed over, and those before it left out.</summary>
    private void Move()
    {
        for (int i = 1; i < files.Count; i++)
        {
            using SafeFileHandle? file = files[i].TryOpen();
            if (file is null || !Opened.Program.TryMoveTo(file) || !files[i].IsUnchanged)
                continue;
            former.AddRange(files[..i]);
            files.RemoveRange(0, i);
            return;
        }
    }
}
