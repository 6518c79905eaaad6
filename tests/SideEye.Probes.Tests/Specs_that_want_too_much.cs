using System.Diagnostics;
using System.Text;

namespace SideEye.Probes.Tests;

/// <summary>Whatever a spec asks for, compiling it ends soon, within limits that have a name.</summary>
public sealed class Specs_that_want_too_much
{
    private static readonly GoFixture Values = new("values", Toolchains.Newest, "noopt");

    [Fact]
    public async Task Thousands_of_functions_that_are_not_there_are_as_many_problems_and_soon_told()
    {
        StringBuilder spec = new("version: 1\nfunctions:\n");
        for (int i = 0; i < 10_000; i++)
            spec.Append($"  - {{ function: main.missing{i}, capture: [a] }}\n");
        await CompiledProgram.OpenAsync(Values);
        long begun = Stopwatch.GetTimestamp();
        CompiledProgram program = await CompiledProgram.OfAsync(Values, spec.ToString());
        Assert.Equal(10_000, program.Problems.Count());
        Assert.True(program.Program.IsEmpty);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 30);
    }

    [Fact]
    public async Task The_longest_expressions_have_a_routine_for_each_step()
    {
        string path = "first" + string.Concat(Enumerable.Repeat(".next", 60));
        CompiledProgram program = await CompiledProgram.OfAsync(Values, "main.cycles", path, $"{path}.value");
        Assert.Empty(program.Problems);
        Assert.InRange(program.Program.Tables.Routines.Length, 120, 200);
    }

    [Fact]
    public async Task Expressions_with_many_different_limits_end_at_the_limit_of_routines()
    {
        StringBuilder spec = new("version: 1\nfunctions:\n  - function: main.cycles\n    capture:\n");
        for (int i = 1; i <= 1000; i++)
            spec.Append($"      - {{ expr: root, string_bytes: {i}, as: c{i} }}\n");
        CompiledProgram all = await CompiledProgram.OfAsync(Values, spec.ToString());
        Assert.InRange(all.Program.Tables.Routines.Length, 1000, 1200);
        CaptureTooLargeException tooLarge = await Assert.ThrowsAsync<CaptureTooLargeException>(() =>
            CompiledProgram.OfAsync(Values, spec.ToString(), new ProbesLimits { RoutinesMax = 500 }));
        Assert.Equal("the spec needs more than 500 routines in this program: capture fewer functions or expressions",
            tooLarge.Message);
    }

    [Fact]
    public async Task Many_columns_of_a_long_function_end_at_the_limit_of_places()
    {
        StringBuilder spec = new("version: 1\nfunctions:\n  - function: main.mapsBySize\n    capture:\n");
        for (int i = 0; i < 3000; i++)
            spec.Append($"      - {{ expr: one, as: c{i} }}\n");
        await Assert.ThrowsAsync<CaptureTooLargeException>(() =>
            CompiledProgram.OfAsync(Values, spec.ToString(), new ProbesLimits { PlacesMax = 10_000 }));
        await Assert.ThrowsAsync<CaptureTooLargeException>(() =>
            CompiledProgram.OfAsync(Values, spec.ToString(), new ProbesLimits { StepsMax = 1_000 }));
        Assert.False((await CompiledProgram.OfAsync(Values, spec.ToString())).Program.IsEmpty);
    }
}
