using System.Text;
using SideEye.Target.Native;
using static SideEye.Bpf.Tests.ProgramBuilder;
using Code = SideEye.Target.Native.NativeCaptureCode;
using Flags = SideEye.Target.Native.NativeCaptureFlags;

namespace SideEye.Bpf.Tests;

/// <summary>Each kind of operation over variables of a Go program, run by both readers.</summary>
public sealed class What_is_captured
{
    private const string Version = "1.27";
    private const int NodeBytes = 16;
    private const int StringBytes = 16;

    public static TheoryData<bool> Readers => [true, false];

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Pointers_are_followed_as_deep_as_the_operation_allows(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint node = Node(program);
        uint pointer = program.Routine(8, Op(Code.Pointer, 0, node));
        ProgramImage image =
            target.Once(program, program.Global(target.Symbol("main.chain"), pointer, depth: 4));

        (NativeSnapshotResult result, List<CapturedObject> objects, _) = Take(target, image, inside);

        // The variable itself, and three nodes.
        Assert.Equal(4, objects.Count);
        Assert.Equal([1ul, 2, 3], objects[1..].Select(each => each.Word(0)));
        Assert.Equal(4ul, result.Objects);
        Assert.Equal(8ul + (3 * NodeBytes), result.ObjectBytes);
        Assert.Equal(0ul, result.CaptureCut);
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task A_ring_is_copied_once(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint node = program.Declare(NodeBytes);
        program.Define(node, Op(Code.Pointer, 8, node, flags: Flags.KeepsDepth));
        uint pointer = program.Routine(8, Op(Code.Pointer, 0, node));
        ProgramImage image = target.Once(program, program.Global(target.Symbol("main.ring"), pointer, depth: 2));

        (_, List<CapturedObject> objects, _) = Take(target, image, inside);

        Assert.Equal([0ul, 1, 2, 3, 4], objects[1..].Select(each => each.Word(0)));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Text_is_copied_whatever_the_depth_and_up_to_its_limit(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint bytes = program.Routine(1);
        uint text = program.Routine(StringBytes, Op(Code.Counted, 0, bytes, second: 8, limit: 6));
        ProgramImage image = target.Once(program, program.Global(target.Symbol("main.text"), text, depth: 1));

        (_, List<CapturedObject> objects, _) = Take(target, image, inside);

        Assert.Equal((ulong)"a text of 20 bytes".Length, objects[0].Word(8));
        Assert.Equal("a text", Encoding.UTF8.GetString(objects[1].Bytes));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Texts_that_begin_at_one_place_are_each_copied_once(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint bytes = program.Routine(1);
        // In the set of objects seen they are neighbours, more of them than are looked at first.
        uint[] lengths = [.. Enumerable.Range(1, 12).Select(length => (uint)length)];
        uint text = program.Routine(StringBytes, [.. lengths.Concat(lengths)
            .Select(length => Op(Code.Counted, 0, bytes, second: 8, limit: length))]);
        ProgramImage image = target.Once(program, program.Global(target.Symbol("main.text"), text, depth: 1));

        (_, List<CapturedObject> objects, _) = Take(target, image, inside);

        Assert.Equal(
            lengths.Select(length => "a text of 20 bytes"[..(int)length]),
            objects[1..].Select(each => Encoding.UTF8.GetString(each.Bytes)));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task A_slice_of_more_pointers_than_the_queue_holds_is_followed_to_its_end(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint plain = program.Routine(NodeBytes);
        uint pointer = program.Routine(8, Op(Code.Pointer, 0, plain));
        uint slice = program.Routine(24, Op(Code.Counted, 0, pointer, second: 8, limit: 100_000));
        ProgramImage image = target.Once(program, program.Global(target.Symbol("main.words"), slice, depth: 3));

        (NativeSnapshotResult result, List<CapturedObject> objects, int cut) = Take(target, image, inside);

        Assert.Equal(0ul, result.CaptureCut);
        Assert.Equal(0, cut);
        IEnumerable<ulong> values = objects.Where(each => each.Record.Routine == plain).Select(each => each.Word(0));
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => i < 100 ? (ulong)i + 1 : (ulong)i).Order(), values.Order());
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Of_a_slice_the_element_that_is_wanted_is_copied_alone_and_nothing_behind_the_end(bool inside)
    {
        Requires.Bpf();
        const int accountBytes = 48;
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint account = program.Routine(accountBytes);
        uint last = program.Routine(24, Op(Code.Element, 0, account, second: 8, limit: accountBytes, argument: 2));
        uint behind = program.Routine(24, Op(Code.Element, 0, account, second: 8, limit: accountBytes, argument: 3));
        ProgramImage image = target.Once(
            program, program.Global(target.Symbol("main.accounts"), last, depth: 2),
            program.Global(target.Symbol("main.accounts"), behind, depth: 2));

        (_, List<CapturedObject> objects, _) = Take(target, image, inside);

        CapturedObject copied = Assert.Single(objects, each => each.Record.Routine == account);
        Assert.Equal((1u, 2ul), (copied.Record.Count, copied.Word(32)));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task What_lies_between_pieces_is_never_read(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint bytes = program.Routine(1);
        uint account = program.Declare(48);
        program.Define(account, Op(Code.Counted, 0, bytes, second: 8, limit: 100), Op(Code.Pointer, 40, account));
        program.Cut(account, (0, StringBytes), (32, 16));
        uint slice = program.Routine(24, Op(Code.Counted, 0, account, second: 8, limit: 100));
        ProgramImage image = target.Once(program, program.Global(target.Symbol("main.accounts"), slice, depth: 3));

        (_, List<CapturedObject> objects, _) = Take(target, image, inside);

        List<CapturedObject> accounts = [.. objects.Where(each => each.Record.Routine == account)];
        Assert.Equal([3u, 1u], accounts.Select(each => each.Record.Count));
        Assert.Equal([0ul, 1, 2], Enumerable.Range(0, 3).Select(i => accounts[0].Word((48 * i) + 32)));
        Assert.Equal(1ul, accounts[1].Word(32));
        Assert.Contains(objects, each => Encoding.UTF8.GetString(each.Bytes) == "account 2");
        Assert.DoesNotContain(objects, each => Encoding.Latin1.GetString(each.Bytes).Contains("secret"));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task An_interface_leads_to_what_its_type_says(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ulong itab = target.Word(target.Symbol("main.inside"));
        ulong nodePointer = target.Word(itab + 8);
        ulong accountType = target.Word(target.Symbol("main.either"));
        ProgramBuilder program = target.Program();
        uint plain = program.Routine(NodeBytes);
        uint name = program.Routine(StringBytes);
        program.Type(nodePointer, plain, number: 1, NativeTypeFlags.Direct);
        program.Type(accountType, name, number: 2);
        uint named = program.Routine(16, Op(Code.Interface, 0, 0, second: 8));
        uint wrong = program.Routine(16, Op(Code.Assertion, 0, plain, second: 8, argument: 2));
        uint either = program.Routine(
            16, Op(Code.Assertion, 0, name, second: 8, argument: 2, flags: Flags.EmptyInterface));
        ProgramImage image = target.Once(
            program, program.Global(target.Symbol("main.inside"), named, depth: 2),
            program.Global(target.Symbol("main.inside"), wrong, depth: 2),
            program.Global(target.Symbol("main.either"), either, depth: 2));

        (_, List<CapturedObject> objects, _) = Take(target, image, inside);

        Assert.Equal(
            [plain, name],
            objects.Select(each => each.Record.Routine).Where(each => each == plain || each == name).Order());
        CapturedObject copied = Assert.Single(objects, each => each.Record.Address == itab);
        Assert.Equal((0u, NativeLimits.CaptureItabBytes), (copied.Record.Routine, copied.Bytes.Length));
        Assert.Equal(nodePointer, copied.Word(8));
        Assert.Equal(0ul, objects.Single(each => each.Record.Routine == plain).Word(0));
        Assert.Equal(9ul, objects.Single(each => each.Record.Routine == name).Word(8)); // "account 2"
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Maps_small_and_large_give_all_their_keys(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint bytes = program.Routine(1);
        uint map = SwissMaps.OfStringToInt64(program, bytes);
        uint pointer = program.Routine(8, Op(Code.Pointer, 0, map));
        ProgramImage image = target.Once(
            program, program.Global(target.Symbol("main.few"), pointer, depth: 2),
            program.Global(target.Symbol("main.many"), pointer, depth: 2));

        (_, List<CapturedObject> objects, _) = Take(target, image, inside);

        IEnumerable<string> keys = objects.Where(each => each.Record.Routine == bytes)
            .Select(each => Encoding.UTF8.GetString(each.Bytes));
        IEnumerable<string> all = [.. Enumerable.Range(0, 100).Select(i => $"key 0.{i}")];
        Assert.Superset(all.ToHashSet(), keys.ToHashSet());
    }

    [Theory]
    [InlineData(true, 64)]
    [InlineData(false, 64)]
    [InlineData(true, 3000)]
    [InlineData(false, 3000)]
    public async Task Of_a_map_with_many_tables_so_many_entries_are_copied_as_are_wanted(bool inside, int wanted)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(Version);
        ProgramBuilder program = target.Program();
        uint bytes = program.Routine(1);
        uint map = SwissMaps.OfStringToInt64(program, bytes, (uint)wanted);
        uint pointer = program.Routine(8, Op(Code.Pointer, 0, map));
        ProgramImage image = target.Once(program, program.Global(target.Symbol("main.huge"), pointer, depth: 2));

        (_, List<CapturedObject> objects, int cut) = Take(target, image, inside);

        Assert.Equal(0, cut);
        Assert.InRange(
            objects.Where(each => each.Record.Routine == bytes).Select(each => each.Record.Address).Distinct().Count(),
            wanted, 4 * wanted);
        Assert.InRange(
            objects.Where(each => each.Record.Routine == SwissMaps.GroupOf(map)).Sum(each => each.Record.Count),
            wanted / 8, wanted / 2);
    }

    private static uint Node(ProgramBuilder program)
    {
        uint node = program.Declare(NodeBytes);
        program.Define(node, Op(Code.Pointer, 8, node));
        return node;
    }

    private static (NativeSnapshotResult Result, List<CapturedObject> Objects, int CutGoroutines) Take(
        CaptureTarget target, ProgramImage image, bool inside) =>
        inside ? target.TakeByProbe(image) : target.TakeFromOutside(image);
}
