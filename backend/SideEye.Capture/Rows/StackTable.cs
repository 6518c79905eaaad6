using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using SideEye.Tables;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Unwinding;
using SideEye.Probes.Plan;

namespace SideEye.Capture.Rows;

/// <summary>
/// The distinct stacks of a snapshot: thousands of goroutines share a few. A stack's id is a hash of its binary's build
/// id and its frames, so the same stack has the same id in every process of that binary and in every snapshot.
/// </summary>
internal sealed class StackTable(ITableSink sink)
{
    private readonly TableBuilder rows = new(SnapshotSchema.StackFramesTable, SnapshotSchema.StackFrames, sink);
    private readonly Dictionary<long, Stack> stacks = [];

    /// <summary>The stacks of one binary.</summary>
    /// <param name="binary">The binary.</param>
    /// <param name="framesMax">Source frames of one stack.</param>
    /// <param name="plan">Which functions have tables; null when none have.</param>
    public BinaryStacks For(GoBinary binary, int framesMax, CapturePlan? plan = null) =>
        new(this, binary, framesMax, plan);

    public void Flush() => rows.Flush();

    /// <param name="Id">stack_id.</param>
    /// <param name="FrameCount">Source frames.</param>
    /// <param name="IsCut">True when the limit of frames cut source frames off.</param>
    /// <param name="Keys">What it was hashed from.</param>
    internal sealed record Stack(long Id, int FrameCount, bool IsCut, FrameKey[] Keys);

    /// <summary>Interns stacks of one binary.</summary>
    internal sealed class BinaryStacks
    {
        private readonly StackTable table;
        private readonly PclnTable pcln;
        private readonly int framesMax;
        private readonly long seed;
        private readonly Dictionary<FrameKey, PclnFrame[]> expanded = [];
        private readonly List<PclnFrame> scratch = [];
        private readonly Dictionary<string, string> packages = [];
        private readonly Dictionary<string, string> tableNames = [];

        public BinaryStacks(StackTable table, GoBinary binary, int framesMax, CapturePlan? plan)
        {
            foreach (FunctionTable captured in plan?.Tables ?? [])
                tableNames.TryAdd(GoFunctionName.WithoutTypeArguments(captured.Function), captured.Name);
            this.table = table;
            this.framesMax = framesMax;
            pcln = binary.Pcln;
            seed = (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(binary.BuildId ?? ""));
        }

        /// <summary>The stack of these physical frames; its rows are written when it is new.</summary>
        public Stack Intern(ReadOnlySpan<FrameKey> keys)
        {
            // Two different stacks with one hash: the next seed tells them apart.
            for (long attempt = 0; ; attempt++)
            {
                ulong hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(keys), seed + attempt);
                long id = (long)(hash & long.MaxValue);
                if (!table.stacks.TryGetValue(id, out Stack? known))
                    return Add(id, keys);
                if (known.Keys.AsSpan().SequenceEqual(keys))
                    return known;
            }
        }

        /// <summary>Source frames at a physical one, innermost first.</summary>
        public PclnFrame[] Expand(FrameKey key)
        {
            if (expanded.TryGetValue(key, out PclnFrame[]? frames))
                return frames;
            scratch.Clear();
            if (pcln.TryFindFunction(key.Pc, out GoFunction function))
                pcln.Expand(function, Math.Max(key.LookupPc, function.Entry), scratch);
            frames = scratch.ToArray();
            expanded.Add(key, frames);
            return frames;
        }

        private Stack Add(long id, ReadOnlySpan<FrameKey> keys)
        {
            int index = 0;
            bool isCut = false;
            foreach (FrameKey key in keys)
            {
                foreach (PclnFrame frame in Expand(key))
                {
                    isCut = index == framesMax;
                    if (isCut)
                        break;
                    table.rows.Int64(id).Int32(index++).Text(frame.Function).Text(PackageOf(frame.Function))
                        .Text(frame.File).Int32(frame.Line).UInt64(key.Pc).Bool(frame.IsInlined)
                        .Text(TableOf(frame.Function)).EndRow();
                }
            }
            Stack stack = new(id, index, isCut, keys.ToArray());
            table.stacks.Add(id, stack);
            return stack;
        }

        private string? TableOf(string function) => tableNames.Count == 0
            ? null : tableNames.GetValueOrDefault(GoFunctionName.WithoutTypeArguments(function));

        private string PackageOf(string function)
        {
            if (packages.TryGetValue(function, out string? package))
                return package;
            package = GoFunctionName.PackageOf(function);
            packages.Add(function, package);
            return package;
        }
    }
}
