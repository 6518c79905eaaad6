using System.Collections.Immutable;

namespace SideEye.Spec.Reading;

/// <summary>Some addresses, and what a list says of all of them.</summary>
/// <param name="Targets">Addresses <c>host:port</c>.</param>
/// <param name="Labels">Labels of each.</param>
public sealed record TargetGroup(
    ImmutableArray<string> Targets, ImmutableSortedDictionary<string, string> Labels);

/// <summary>
/// Lists of addresses in Prometheus's file_sd format: a list of mappings with <c>targets</c> and <c>labels</c>. JSON is
/// YAML too (YAML 1.2, 1.3), so one reader, and its limits, do for both.
/// </summary>
public static class TargetLists
{
    /// <summary>The groups of a list.</summary>
    /// <param name="text">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">It is no such list; the message says where, for people.</exception>
    public static ImmutableArray<TargetGroup> Read(string text, string file)
    {
        SpecNode? root;
        try
        {
            root = YamlTree.Read(text, file, SpecReadingLimits.Default);
        }
        catch (SpecSyntaxException e)
        {
            throw new InvalidDataException($"{e.At}: {e.Message}", e);
        }
        if (root is null)
            return [];
        return root is ListNode list
            ? [.. list.Items.Select(Group)]
            : throw Wrong(root, "a list of mappings with targets and labels");
    }

    private static TargetGroup Group(SpecNode node)
    {
        ImmutableArray<string> targets = [];
        ImmutableSortedDictionary<string, string> labels = ImmutableSortedDictionary<string, string>.Empty;
        if (node is not MapNode map)
            throw Wrong(node, "a mapping with targets and labels");
        foreach ((ScalarNode key, SpecNode value) in map.Entries)
        {
            switch (key.Text)
            {
                case "targets":
                    targets = value is ListNode list
                        ? [.. list.Items.Select(static one => Text(one, "an address such as host:7461"))]
                        : throw Wrong(value, "a list of addresses");
                    break;
                case "labels":
                    labels = Labels(value);
                    break;
                default:
                    throw new InvalidDataException($"{key.At}: {key.Text} is neither targets nor labels");
            }
        }
        return new TargetGroup(targets, labels);
    }

    private static ImmutableSortedDictionary<string, string> Labels(SpecNode node)
    {
        if (node is not MapNode map)
            throw Wrong(node, "a mapping of labels");
        ImmutableSortedDictionary<string, string>.Builder labels =
            ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((ScalarNode key, SpecNode value) in map.Entries)
            labels[key.Text] = Text(value, "a label's value");
        return labels.ToImmutable();
    }

    private static string Text(SpecNode node, string wanted) =>
        node is ScalarNode { Text.Length: > 0 } text ? text.Text : throw Wrong(node, wanted);

    private static InvalidDataException Wrong(SpecNode node, string wanted) =>
        new($"{node.At}: this is {node.Kind}, and should be {wanted}");
}
