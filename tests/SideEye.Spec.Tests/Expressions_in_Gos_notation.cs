using SideEye.Spec.Expressions;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Tests;

/// <summary>Expressions are parsed as Go would, and print what parses to the same.</summary>
public sealed class Expressions_in_Gos_notation
{
    [Theory]
    [InlineData("req", "req")]
    [InlineData("  s . mu . state ", "s.mu.state")]
    [InlineData("*p", "*p")]
    [InlineData("**p", "**p")]
    [InlineData("*p.q", "*p.q")]
    [InlineData("(*p).q", "(*p).q")]
    [InlineData("((p)).q", "p.q")]
    [InlineData("(*p)[3]", "(*p)[3]")]
    [InlineData("len(q)", "len(q)")]
    [InlineData("cap( (*q) )", "cap(*q)")]
    [InlineData("len.x", "len.x")]
    [InlineData("items[0x1F]", "items[31]")]
    [InlineData("items[1_000]", "items[1000]")]
    [InlineData("items[010]", "items[8]")]
    [InlineData("items['a']", "items[97]")]
    [InlineData("m[-1]", "m[-1]")]
    [InlineData("m[-9223372036854775808]", "m[-9223372036854775808]")]
    [InlineData("m[true][false]", "m[true][false]")]
    [InlineData("m[\"X-Id\"]", "m[\"X-Id\"]")]
    [InlineData("m[`a\\b\"`]", "m[\"a\\\\b\\\"\"]")]
    [InlineData("m[\"\\u00e9\\xc3\\xa9\\303\\251\\n\"]", "m[\"ééé\\u000a\"]")]
    [InlineData("\"net/http\".DefaultClient.Timeout", "\"net/http\".DefaultClient.Timeout")]
    [InlineData("~r0", "~r0")]
    [InlineData("größe.x1", "größe.x1")]
    [InlineData("v.(*main.T).field", "v.(*main.T).field")]
    [InlineData("v.(error)", "v.(error)")]
    [InlineData("v.(any)", "v.(interface {})")]
    [InlineData("v.( *github.com/a/b.T[int] )", "v.(*github.com/a/b.T[int])")]
    [InlineData("v.(*\"example.com/mod/pkg\".T)", "v.(*example.com/mod/pkg.T)")]
    [InlineData("v.(map[string, x]b)", "v.(map[string,x]b)")]
    [InlineData("v.(main.Pair[ int, \"a/b\".T[string] ])", "v.(main.Pair[int,a/b.T[string]])")]
    [InlineData("v.(func(int) struct{})", "v.(func(int) struct {})")]
    [InlineData("items[ * ].name", "items[*].name")]
    [InlineData("len(groups[*][*])", "len(groups[*][*])")]
    [InlineData("(*p)[*]", "(*p)[*]")]
    [InlineData("req.{Method,URL.Path}", "req.{Method, URL.Path}")]
    [InlineData("req.{ path : URL.Path , URL_Host: URL.Host }", "req.{path: URL.Path, URL.Host}")]
    [InlineData("all[*].{id, of: v.(*a/b.T).{x, y[*]}}", "all[*].{id, of: v.(*a/b.T).{x, y[*]}}")]
    [InlineData("t.{*p, n: len(q)}", "t.{*p, n: len(q)}")]
    public void An_expression_has_a_canonical_text(string text, string canonical)
    {
        ExpressionParsing parsing = ExpressionParser.Parse(text);
        Assert.Null(parsing.Problem);
        Assert.Equal(canonical, parsing.Expression!.ToString());
        Assert.Equal(parsing.Expression, ExpressionParser.Parse(canonical).Expression);
    }

    [Theory]
    [InlineData("", 0, "variable's name")]
    [InlineData("a.", 2, "field's name")]
    [InlineData("a b", 2, "should end here")]
    [InlineData("a[", 2, "constant")]
    [InlineData("a[i]", 2, "constant")]
    [InlineData("a[1.5]", 3, "expected ]")]
    [InlineData("a[1", 3, "expected ]")]
    [InlineData("a[9223372036854775808]", 2, "out of the range")]
    [InlineData("a[09]", 2, "not an integer")]
    [InlineData("a[\"x]", 2, "closes this string")]
    [InlineData("a[\"\\q\"]", 3, "no such escape")]
    [InlineData("a[\"\\xff\"]", 2, "UTF-8")]
    [InlineData("a[\"\\ud800\"]", 3, "no Unicode character")]
    [InlineData("len(x", 5, "expected )")]
    [InlineData("(x", 2, "expected )")]
    [InlineData("&x", 0, "raw_<name>")]
    [InlineData("x.(", 3, "expected ) to close the type")]
    [InlineData("x.()", 3, "expected a type")]
    [InlineData("x.(a]", 4, "expected a type")]
    [InlineData("x.(a[b)", 6, "expected ]")]
    [InlineData("net/http.DefaultClient", 0, "in quotes")]
    [InlineData("\"net/http\"", 10, "expected .")]
    [InlineData("1x", 0, "variable's name")]
    [InlineData("a+b", 1, "should end here")]
    [InlineData("a[*", 3, "expected ]")]
    [InlineData("a.{}", 3, "variable's name")]
    [InlineData("a.{b", 4, "expected , or }")]
    [InlineData("a.{b,}", 5, "variable's name")]
    [InlineData("a.{b c}", 5, "expected , or }")]
    [InlineData("a.{b: }", 6, "variable's name")]
    [InlineData("a.{b, b: c}", 6, "two parts b")]
    [InlineData("a.{b}.c", 5, "should end behind the }")]
    [InlineData("a.{b}[0]", 5, "should end behind the }")]
    public void What_is_wrong_is_told_with_its_place(string text, int offset, string message)
    {
        ExpressionParsing parsing = ExpressionParser.Parse(text);
        Assert.Null(parsing.Expression);
        Assert.Equal(offset, parsing.Problem!.Offset);
        Assert.Contains(message, parsing.Problem.Message);
    }

    [Fact]
    public void Negative_and_other_keys_are_told_from_indices()
    {
        Assert.Equal(
            new KeyExpression(new NameExpression("m"), -1L), ExpressionParser.Parse("m[-1]").Expression);
        Assert.Equal(
            new IndexExpression(new NameExpression("m"), 1), ExpressionParser.Parse("m[+1]").Expression);
        Assert.Equal(
            new KeyExpression(new NameExpression("m"), "1"), ExpressionParser.Parse("m[\"1\"]").Expression);
    }

    [Fact]
    public void A_field_of_a_plain_name_may_be_a_variable_of_a_package()
    {
        FieldExpression field = Assert.IsType<FieldExpression>(ExpressionParser.Parse("main.cache").Expression);
        Assert.Equal(new NameExpression("cache", "main"), field.AsPackageVariable);
        field = Assert.IsType<FieldExpression>(ExpressionParser.Parse("a.b.c").Expression);
        Assert.Null(field.AsPackageVariable);
    }

    [Fact]
    public void The_limit_on_steps_holds_on_both_sides()
    {
        int most = SpecReadingLimits.Default.ExpressionStepsMax;
        Assert.NotNull(ExpressionParser.Parse(new string('*', most) + "p").Expression);
        Assert.Contains("steps", ExpressionParser.Parse(new string('*', most + 1) + "p").Problem!.Message);
        Assert.Contains("steps", ExpressionParser.Parse(new string('(', most + 1) + "p").Problem!.Message);
        Assert.Contains("steps",
            ExpressionParser.Parse("p" + string.Concat(Enumerable.Repeat(".x", most + 1))).Problem!.Message);
        Assert.Contains("steps",
            ExpressionParser.Parse(string.Concat(Enumerable.Repeat("a.{", most + 1))).Problem!.Message);
        Assert.Contains("characters", ExpressionParser.Parse(new string('x', 2000)).Problem!.Message);
    }

    [Fact]
    public void No_text_makes_the_parser_fail()
    {
        Random random = new(3);
        const string letters = "ab.*()[]\"`\\'x0u1-+~/{},; \té\ud83d\ude00\0len&";
        for (int i = 0; i < 50_000; i++)
        {
            string text = new(random.GetItems<char>(letters, random.Next(24)));
            ExpressionParsing parsing = ExpressionParser.Parse(text);
            Assert.True(parsing.Expression is null != parsing.Problem is null);
            if (parsing.Expression is not null)
                Assert.Equal(parsing.Expression, ExpressionParser.Parse(parsing.Expression.ToString()).Expression);
            else
                Assert.InRange(parsing.Problem!.Offset, 0, text.Length);
        }
    }
}
