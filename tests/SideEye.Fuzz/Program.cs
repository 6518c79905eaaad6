using System.Diagnostics;
using System.Globalization;
using SideEye.Fuzz;

// SideEye.Fuzz TARGET [--seconds S] [--iterations N] [--seed X]: mutants of the corpus until time or number is over.
// SideEye.Fuzz TARGET --file PATH: one input, to look into a crasher.
// SideEye.Fuzz slice PROGRAM PACKAGE OUT: a seed for dwarf from a Go program.
if (args is ["slice", var program, var package, var slice])
{
    File.WriteAllBytes(slice, UnitSlice.Take(program, package));
    return 0;
}

if (args.Length == 0 || FuzzTarget.All.FirstOrDefault(t => t.Name == args[0]) is not { } target)
{
    Console.Error.WriteLine($"usage: SideEye.Fuzz {string.Join('|', FuzzTarget.All.Select(t => t.Name))} "
        + "[--seconds S] [--iterations N] [--seed X] [--file PATH]");
    return 2;
}

FuzzRun run = new(target);
if (Option("--file") is { } file)
{
    string? problem = run.Try(File.ReadAllBytes(file));
    Console.WriteLine(problem ?? (run.Refused > 0 ? "refused" : "read"));
    return problem is null ? 0 : 1;
}

double seconds = double.Parse(Option("--seconds") ?? "60", CultureInfo.InvariantCulture);
long iterations = Option("--iterations") is { } number
    ? long.Parse(number, CultureInfo.InvariantCulture) : long.MaxValue;
int seed = int.Parse(Option("--seed") ?? "1", CultureInfo.InvariantCulture);
byte[][] seeds = [.. Corpus.Read(target.Name).Select(i => i.Bytes)];
if (seeds.Length == 0)
{
    Console.Error.WriteLine($"no seeds in {Path.Combine(Corpus.Folder, target.Name)}");
    return 1;
}

// A loop without end cannot be stopped from outside: keep its input and leave.
using Timer watchdog = new(_ =>
{
    if (run.Current is { } input && Stopwatch.GetElapsedTime(run.Started) > 5 * FuzzRun.TimeMax)
    {
        Console.Error.WriteLine($"hangs: {Corpus.SaveCrasher(target.Name, input)}");
        Environment.Exit(1);
    }
}, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

Mutator mutator = new(new Random(seed), seeds);
long begun = Stopwatch.GetTimestamp();
int broken = 0;
for (long i = 0; i < iterations && Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds && broken < 20; i++)
{
    byte[] input = i < seeds.Length ? seeds[i] : mutator.Next();
    if (run.Try(input) is not { } problem)
        continue;
    broken++;
    Console.Error.WriteLine($"{Corpus.SaveCrasher(target.Name, input)}: {problem}");
}

Console.WriteLine($"{target.Name}: {run.Inputs} inputs, {run.Refused} refused, {broken} broke the reader (seed {seed}, "
    + $"{seeds.Length} seeds, {Stopwatch.GetElapsedTime(begun).TotalSeconds:f0} s)");
return broken == 0 ? 0 : 1;

string? Option(string name)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
