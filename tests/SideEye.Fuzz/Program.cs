using System.Diagnostics;
using System.Globalization;
using SideEye.Fuzz;

// SideEye.Fuzz [TARGET] [--seconds S] [--iterations N] [--seed X]: mutants of the corpus until time or number is over;
// without a target, those of each in turn.
// SideEye.Fuzz TARGET --file PATH: one input, to look into a crasher.
// SideEye.Fuzz slice PROGRAM PACKAGE OUT: a seed for dwarf from a Go program.
// SideEye.Fuzz functions PROGRAM FUNCTION OUT: a seed for pclntab from a Go program.
const double SecondsOfOne = 60;
const double SecondsOfEach = 30;
const int BrokenMax = 20;
switch (args)
{
    case ["slice", var program, var package, var slice]:
        File.WriteAllBytes(slice, UnitSlice.Take(program, package));
        return 0;
    case ["functions", var program, var function, var slice]:
        File.WriteAllBytes(slice, PclntabSlice.Take(program, function));
        return 0;
}

bool all = args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal);
FuzzTarget[] targets = [.. FuzzTarget.All.Where(t => all || t.Name == args[0])];
string? file = Option("--file");
if (targets.Length == 0 || all && file is not null)
{
    Console.Error.WriteLine($"usage: SideEye.Fuzz [{string.Join('|', FuzzTarget.All.Select(t => t.Name))}] "
        + "[--seconds S] [--iterations N] [--seed X] [--file PATH]; --file needs a target");
    return 2;
}

if (file is not null)
{
    FuzzRun run = new(targets[0]);
    string? problem = run.Try(File.ReadAllBytes(file));
    Console.WriteLine(problem ?? (run.Refused > 0 ? "refused" : "read"));
    return problem is null ? 0 : 1;
}

double seconds = Option("--seconds") is { } time
    ? double.Parse(time, CultureInfo.InvariantCulture) : all ? SecondsOfEach : SecondsOfOne;
long iterations = Option("--iterations") is { } number
    ? long.Parse(number, CultureInfo.InvariantCulture) : long.MaxValue;
int seed = int.Parse(Option("--seed") ?? "1", CultureInfo.InvariantCulture);
bool survived = true;
foreach (FuzzTarget target in targets)
    survived &= Survives(target);
return survived ? 0 : 1;

bool Survives(FuzzTarget target)
{
    byte[][] seeds = [.. Corpus.Read(target.Name).Select(i => i.Bytes)];
    if (seeds.Length == 0)
    {
        Console.Error.WriteLine($"no seeds in {Path.Combine(Corpus.Folder, target.Name)}");
        return false;
    }

    FuzzRun run = new(target);
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
    for (long i = 0; i < iterations && Seconds(begun) < seconds && broken < BrokenMax; i++)
    {
        byte[] input = i < seeds.Length ? seeds[i] : mutator.Next();
        if (run.Try(input) is not { } problem)
            continue;
        broken++;
        Console.Error.WriteLine($"{Corpus.SaveCrasher(target.Name, input)}: {problem}");
    }

    Console.WriteLine($"{target.Name}: {run.Inputs} inputs, {run.Refused} refused, {broken} broke the reader "
        + $"(seed {seed}, {seeds.Length} seeds, {Seconds(begun):f0} s)");
    return broken == 0;
}

static double Seconds(long begun) => Stopwatch.GetElapsedTime(begun).TotalSeconds;

string? Option(string name)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
