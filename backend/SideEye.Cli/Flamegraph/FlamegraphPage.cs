using System.Buffers;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SideEye.Cli.Flamegraph;

/// <summary>
/// The page of a flame graph: markup, style, script and data in one file. Function names come from a stranger's
/// binary: they reach the page only as JSON with every character escaped that HTML gives a meaning, the script puts
/// them into text nodes only, and the page's own policy lets no script run but ours.
/// </summary>
internal static class FlamegraphPage
{
    /// <summary>The page as UTF-8. The same tree gives the same bytes.</summary>
    public static byte[] Render(string title, FlameNode root)
    {
        string style = Resource("flamegraph.css");
        string script = Resource("flamegraph.js");
        StringBuilder page = new(Resource("flamegraph.html"));
        // The data goes in last: a name that looks like a placeholder stays a name.
        page.Replace("{{style-hash}}", HashOf(style))
            .Replace("{{script-hash}}", HashOf(script))
            .Replace("{{style}}", style)
            .Replace("{{script}}", script);
        string text = page.ToString();
        const string TitlePlace = "{{title}}";
        const string DataPlace = "{{data}}";
        int titleAt = text.IndexOf(TitlePlace, StringComparison.Ordinal);
        int dataAt = text.IndexOf(DataPlace, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(string.Concat(
            text.AsSpan(0, titleAt),
            HtmlEncoder.Default.Encode(title),
            string.Concat(
                text.AsSpan(titleAt + TitlePlace.Length, dataAt - titleAt - TitlePlace.Length),
                DataOf(title, root),
                text.AsSpan(dataAt + DataPlace.Length))));
    }

    /// <summary>
    /// The tree in preorder, five numbers a node: depth, name, package, place (indexes into texts, -1 for none),
    /// count. Flat, so that no depth of stack is too deep for a JSON reader.
    /// </summary>
    private static string DataOf(string title, FlameNode root)
    {
        Dictionary<string, int> texts = new(StringComparer.Ordinal);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default }))
        {
            json.WriteStartObject();
            json.WriteString("title", title);
            json.WriteStartArray("nodes");
            Stack<(FlameNode Node, int Depth)> open = new([(root, 0)]);
            while (open.TryPop(out (FlameNode Node, int Depth) next))
            {
                json.WriteNumberValue(next.Depth);
                json.WriteNumberValue(IndexOf(next.Node.Name));
                json.WriteNumberValue(IndexOf(next.Node.Package));
                json.WriteNumberValue(IndexOf(next.Node.Place));
                json.WriteNumberValue(next.Node.Count);
                foreach (FlameNode child in next.Node.Children.Reverse())
                    open.Push((child, next.Depth + 1));
            }
            json.WriteEndArray();
            json.WriteStartArray("texts");
            foreach (string text in texts.OrderBy(text => text.Value).Select(text => text.Key))
                json.WriteStringValue(text);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);

        int IndexOf(string? text)
        {
            if (text is null)
                return -1;
            if (!texts.TryGetValue(text, out int index))
                texts.Add(text, index = texts.Count);
            return index;
        }
    }

    private static string HashOf(string text) =>
        "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in the command.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
