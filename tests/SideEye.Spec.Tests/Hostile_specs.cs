using System.Text;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Tests;

/// <summary>Whatever a file holds, reading it ends soon and with problems, never with an exception.</summary>
public sealed class Hostile_specs
{
    [Fact]
    public void A_file_over_the_limit_is_not_read()
    {
        SpecReading reading = SpecReader.Read(new string('#', 2 << 20), "a.yaml");
        Assert.Null(reading.Spec);
        Assert.Contains("is the limit of a spec file", Assert.Single(reading.Problems).Message);
    }

    [Fact]
    public void Nesting_ends_at_its_limit()
    {
        int most = SpecReadingLimits.Default.NestingMax;
        Assert.DoesNotContain("nested", Nested(most).Problems[0].Message);
        Assert.Contains("nested more than", Nested(most + 1).Problems[0].Message);
        Assert.Contains("nested more than", Nested(100_000).Problems[0].Message);
    }

    [Fact]
    public void Aliases_of_aliases_do_not_grow_without_bounds()
    {
        StringBuilder text = new("version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 20; i++)
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        SpecReading reading = SpecReader.Read(text.ToString(), "a.yaml");
        Assert.Contains("values in one spec file", Assert.Single(reading.Problems).Message);
    }

    [Fact]
    public void Many_values_end_at_their_limit()
    {
        string values = string.Concat(Enumerable.Repeat("a,", 200_000));
        SpecReading reading = SpecReader.Read($"version: 1\nx: [{values}]", "a.yaml");
        Assert.Contains("values in one spec file", Assert.Single(reading.Problems).Message);
    }

    [Fact]
    public void Damaged_files_give_problems_and_no_exceptions()
    {
        Random random = new(7);
        string[] texts = [Samples.Everything, .. BuiltInPacks.Files.Select(static file => file.Value)];
        const string letters = "\n\r\t :-[]{}&*!|>'\"%@`,?#~=\0\u0085\u2028\ufeff\ud800azAZ09._()\\/<";
        for (int i = 0; i < 4_000; i++)
        {
            StringBuilder text = new(texts[random.Next(texts.Length)]);
            for (int edits = random.Next(1, 12); edits > 0; edits--)
                Damage(text, random, letters);
            SpecReading reading = SpecReader.Read(text.ToString(), "a.yaml");
            Assert.True(reading.Spec is not null || !reading.Problems.IsEmpty);
            Assert.All(reading.Problems, static each => Assert.True(each.At.Line > 0 && each.At.Column > 0));
        }
    }

    [Fact]
    public void Noise_gives_problems_and_no_exceptions()
    {
        Random random = new(8);
        const string letters = "\n\n  :-[]{}&*!|>'\"%@`,?#\0\ud800ab1";
        for (int i = 0; i < 20_000; i++)
        {
            SpecReader.Read(new string(random.GetItems<char>(letters, random.Next(60))), "a.yaml");
        }
    }

    private static SpecReading Nested(int depth) =>
        SpecReader.Read($"x: {new string('[', depth)}{new string(']', depth)}", "a.yaml");

    private static void Damage(StringBuilder text, Random random, string letters)
    {
        int at = random.Next(text.Length);
        switch (random.Next(4))
        {
            case 0:
                text[at] = letters[random.Next(letters.Length)];
                break;
            case 1:
                text.Insert(at, letters[random.Next(letters.Length)]);
                break;
            case 2:
                text.Remove(at, Math.Min(random.Next(1, 30), text.Length - at));
                break;
            default:
                int length = Math.Min(random.Next(1, 80), text.Length - at);
                text.Insert(random.Next(text.Length), text.ToString(at, length));
                break;
        }
        if (text.Length == 0)
            text.Append('x');
    }
}
