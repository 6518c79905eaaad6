using System.Diagnostics;

namespace SideEye.Elf.Tests;

/// <summary>Runs a program of this machine; the test is skipped where it is missing.</summary>
internal static class Tool
{
    public static string Run(string file, params string[] arguments) => Run(file, null, arguments);

    public static string Run(string file, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        ProcessStartInfo start = new(Find(file), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{file} {string.Join(' ', arguments)}: {errors.Result}");
        return output;
    }

    public static string Find(string file)
    {
        if (Path.IsPathRooted(file))
        {
            Assert.SkipUnless(File.Exists(file), $"{file} is not there");
            return file;
        }

        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            if (File.Exists(Path.Combine(folder, file)))
                return Path.Combine(folder, file);
        }

        Assert.Skip($"{file} is not installed");
        return file;
    }
}
