using System.Text;

namespace SideEye.GoRuntime;

/// <summary>The module text of the build information: runtime/debug/mod.go ParseBuildInfo.</summary>
internal static class ModuleText
{
    /// <summary>Reads line by line; lines that a later Go adds are stepped over.</summary>
    public static GoBuildInfo Parse(GoVersion version, string text)
    {
        string path = "";
        GoModule? main = null;
        List<GoModule> dependencies = [];
        Dictionary<string, string> settings = new(StringComparer.Ordinal);
        bool lastIsMain = false;
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split('\t');
            switch (fields[0])
            {
                case "path" when fields.Length > 1:
                    path = fields[1];
                    break;
                case "mod" when fields.Length > 1:
                    main = Module(fields);
                    lastIsMain = true;
                    break;
                case "dep" when fields.Length > 1:
                    dependencies.Add(Module(fields));
                    lastIsMain = false;
                    break;
                case "=>" when fields.Length > 1 && lastIsMain:
                    main = Module(fields);
                    break;
                case "=>" when fields.Length > 1 && dependencies.Count > 0:
                    dependencies[^1] = Module(fields);
                    break;
                case "build" when fields.Length > 1:
                    AddSetting(settings, line["build\t".Length..]);
                    break;
            }
        }
        return new GoBuildInfo(version, path, main, dependencies, settings);
    }

    private static GoModule Module(string[] fields) =>
        new(fields[1], fields.Length > 2 ? fields[2] : "", fields.Length > 3 ? fields[3] : "");

    private static void AddSetting(Dictionary<string, string> settings, string text)
    {
        int at = 0;
        string key = TakeQuotedOr(text, ref at, '=');
        if (at >= text.Length || text[at] != '=')
            return;
        at++;
        settings[key] = TakeQuotedOr(text, ref at, '\0');
    }

    /// <summary>A Go-quoted string when there is a quote, else everything up to <paramref name="end"/>.</summary>
    private static string TakeQuotedOr(string text, ref int at, char end)
    {
        if (at < text.Length && text[at] is '"' or '`')
            return Unquote(text, ref at);
        int stop = end == '\0' ? -1 : text.IndexOf(end, at);
        string taken = stop < 0 ? text[at..] : text[at..stop];
        at += taken.Length;
        return taken;
    }

    private static string Unquote(string text, ref int at)
    {
        char quote = text[at++];
        StringBuilder plain = new();
        while (at < text.Length && text[at] != quote)
        {
            char next = text[at++];
            bool escape = next == '\\' && quote == '"' && at < text.Length;
            if (escape)
                next = text[at++] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', char other => other };
            plain.Append(next);
        }
        at = Math.Min(at + 1, text.Length);
        return plain.ToString();
    }
}
