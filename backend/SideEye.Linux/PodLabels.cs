using System.Text.RegularExpressions;

namespace SideEye.Linux;

/// <summary>
/// Labels of a Kubernetes pod, where its containers can see them without asking anybody: the file of a downward API
/// volume, a line key="value" each. Another process wrote the file, so what no label can be is left out.
/// </summary>
public static partial class PodLabels
{
    /// <summary>Where pods have the file by convention, below the root of their containers.</summary>
    public const string ConventionalPath = "etc/podinfo/labels";

    /// <summary>Most bytes of the file that are read.</summary>
    public const int BytesMax = 64 << 10;

    /// <summary>Most labels that are taken.</summary>
    public const int LabelsMax = 64;

    /// <summary>The labels of a pod that a process lives in; none when it has no such file.</summary>
    public static IReadOnlyDictionary<string, string> Of(int pid) =>
        Parse(ProcessRoot.ReadText(pid, ConventionalPath, BytesMax) ?? "");

    /// <summary>Reads the file's lines; the first of two with the same key counts.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (labels.Count == LabelsMax)
                break;
            if (Line().IsMatch(line))
            {
                int equals = line.IndexOf('=');
                labels.TryAdd(line[..equals].ToString(), line[(equals + 2)..^1].ToString());
            }
        }
        return labels;
    }

    // The grammar of keys and values is Kubernetes' own; nothing in it would be escaped between the quotes.
    [GeneratedRegex(
        """^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?="""
        + "\"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?\"$",
        RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Line();
}
