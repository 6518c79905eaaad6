using System.Text;
using SideEye.Capture.Records;
using SideEye.Target.Native;

namespace SideEye.Capture.Tests;

/// <summary>pprof labels from copied memory: a sorted slice since Go 1.24, a map before.</summary>
public sealed class Labels
{
    private const ulong Set = 0x1000;
    private const ulong Items = 0x2000;
    private readonly CopiedMemory memory = new();
    private ulong nextText = 0x9000;

    [Fact]
    public void No_labels_are_no_json() => Assert.Null(Reader(NativeLabelFormat.Slice).Read(0));

    [Fact]
    public void A_slice_of_pairs_is_an_object()
    {
        MakeSlice(("tenant", "blue"), ("empty", ""));
        Assert.Equal("""{"empty":"","tenant":"blue"}""", Reader(NativeLabelFormat.Slice).Read(Set));
    }

    [Fact]
    public void A_set_that_was_not_copied_says_so() =>
        Assert.Equal("""{"__error":"labels were not copied"}""", Reader(NativeLabelFormat.Slice).Read(Set));

    [Fact]
    public void A_text_that_was_not_copied_is_not_empty()
    {
        ulong key = Text("tenant");
        MadeRecords.Piece(memory, Set, Items, 1, 1);
        MadeRecords.Piece(memory, Items, key, 6, 0xdead0000, 4);
        Assert.Equal("""{"__error":"a label was not copied"}""", Reader(NativeLabelFormat.Slice).Read(Set));
    }

    [Fact]
    public void A_value_that_is_too_long_is_cut_and_named()
    {
        int most = NativeLimits.LabelBytesMax;
        ulong whole = Text(new string('x', most));
        ulong key = Text("query");
        MadeRecords.Piece(memory, Set, Items, 1, 1);
        MadeRecords.Piece(memory, Items, key, 5, whole, (ulong)most + 1);
        string json = Reader(NativeLabelFormat.Slice).Read(Set)!;
        Assert.EndsWith("""
            x","__truncated":"query"}
            """, json);
        Assert.Equal(most, json.Count(letter => letter == 'x'));
    }

    [Fact]
    public void More_labels_than_the_limit_are_counted()
    {
        (string, string)[] most = [.. Enumerable.Range(0, NativeLimits.LabelPairsMax).Select(n => ($"k{n}", "v"))];
        MakeSlice(most, claimed: NativeLimits.LabelPairsMax + 3);
        string json = Reader(NativeLabelFormat.Slice).Read(Set)!;
        Assert.Contains("\"k63\":\"v\"", json);
        Assert.EndsWith("\"__error\":\"3 more labels\"}", json);
    }

    [Fact]
    public void A_map_is_read_bucket_by_bucket_with_its_overflow()
    {
        MakeMap(count: 2, bucketBits: 0);
        MakeBucket(Items, overflow: 0x5000, (0, "a", "1"));
        MakeBucket(0x5000, overflow: 0, (7, "b", "2"));
        Assert.Equal("""{"a":"1","b":"2"}""", Reader(NativeLabelFormat.Map).Read(Set));
    }

    [Fact]
    public void A_map_whose_buckets_are_missing_says_how_many_labels_are()
    {
        MakeMap(count: 5, bucketBits: 1);
        MakeBucket(Items, overflow: 0, (3, "a", "1"));
        Assert.Equal("""{"a":"1","__error":"4 labels were not copied"}""", Reader(NativeLabelFormat.Map).Read(Set));
    }

    [Fact]
    public void A_chain_of_buckets_that_leads_back_to_itself_ends()
    {
        MakeMap(count: 1000, bucketBits: 0);
        MakeBucket(Items, overflow: Items, (0, "a", "1"));
        Assert.Equal("""{"a":"1","__error":"999 labels were not copied"}""", Reader(NativeLabelFormat.Map).Read(Set));
    }

    [Fact]
    public void An_absurd_number_of_buckets_ends_at_the_first_that_is_missing()
    {
        MakeMap(count: ulong.MaxValue, bucketBits: 255);
        Assert.Contains("labels were not copied", Reader(NativeLabelFormat.Map).Read(Set)!);
    }

    private LabelReader Reader(NativeLabelFormat format) => new(memory, format);

    private void MakeSlice(params (string Key, string Value)[] pairs) => MakeSlice(pairs, pairs.Length);

    private void MakeSlice((string Key, string Value)[] pairs, int claimed)
    {
        MadeRecords.Piece(memory, Set, Items, (ulong)claimed, (ulong)claimed);
        ulong[] words = [.. pairs.SelectMany(pair => new[]
        {
            Text(pair.Key), (ulong)pair.Key.Length, Text(pair.Value), (ulong)pair.Value.Length,
        })];
        MadeRecords.Piece(memory, Items, words);
    }

    /// <summary>runtime/map.go of Go 1.23: count, flags, B at 9, noverflow, hash0, buckets at 16.</summary>
    private void MakeMap(ulong count, byte bucketBits)
    {
        MadeRecords.Piece(memory, Set, 0x1800);
        MadeRecords.Piece(memory, 0x1800, count, (ulong)bucketBits << 8, Items, 0, 0, 0);
    }

    /// <summary>A bucket of map[string]string: 8 hash bytes, 8 keys, 8 values, the overflow bucket.</summary>
    private void MakeBucket(ulong address, ulong overflow, (int Slot, string Key, string Value) pair)
    {
        ulong[] words = new ulong[1 + 32 + 1];
        words[0] = 0x20UL << (8 * pair.Slot);
        words[1 + (2 * pair.Slot)] = Text(pair.Key);
        words[2 + (2 * pair.Slot)] = (ulong)pair.Key.Length;
        words[17 + (2 * pair.Slot)] = Text(pair.Value);
        words[18 + (2 * pair.Slot)] = (ulong)pair.Value.Length;
        words[33] = overflow;
        MadeRecords.Piece(memory, address, words);
    }

    private ulong Text(string text)
    {
        ulong address = nextText;
        memory.Add(MadeRecords.Memory(address, Encoding.UTF8.GetBytes(text)));
        nextText += (ulong)text.Length + 16;
        return address;
    }
}
