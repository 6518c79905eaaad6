using Spectre.Console;

namespace SideEye.Cli.Output;

/// <summary>Spectre's tables into a stream, as wide as they need to be when nobody's terminal limits them.</summary>
internal static class TextConsole
{
    private const int UnlimitedWidth = 400;

    public static IAnsiConsole Over(TextWriter text)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = StandardOutput.HasColours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = StandardOutput.HasColours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
        });
        if (Console.IsOutputRedirected)
            console.Profile.Width = UnlimitedWidth;
        return console;
    }
}
