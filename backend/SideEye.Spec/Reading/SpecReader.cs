using System.Collections.Immutable;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>Reads spec files (YAML, version 1; docs/spec.md) and reports all that is wrong with one at once.</summary>
public sealed class SpecReader
{
    /// <summary>The version of the format that is read.</summary>
    public const int Version = 1;

    private readonly ReadingContext context;
    private readonly SectionReader file;

    private SpecReader(ReadingContext context, SectionReader file)
    {
        this.context = context;
        this.file = file;
    }

    /// <summary>Reads a file within the default limits.</summary>
    /// <param name="text">What the file holds.</param>
    /// <param name="fileName">Its name, for messages.</param>
    public static SpecReading Read(string text, string fileName) => Read(text, fileName, SpecReadingLimits.Default);

    /// <summary>Reads a file; never throws, whatever the text.</summary>
    public static SpecReading Read(string text, string fileName, SpecReadingLimits limits)
    {
        ProblemList problems = new(limits.ProblemsMax);
        ReadingContext context = new(limits, problems);
        SourcePosition start = new(fileName, 1, 1);
        CaptureSpec? spec = null;
        try
        {
            if (text.Length > limits.DocumentCharactersMax)
            {
                throw new SpecSyntaxException(start,
                    $"{text.Length} characters; {limits.DocumentCharactersMax} is the limit of a spec file");
            }
            // The scanner takes it for the end of the text, and a person might not see what stands behind it.
            if (text.IndexOf('\0', StringComparison.Ordinal) is int nul and >= 0)
                throw new SpecSyntaxException(PlaceOf(text, nul, fileName), "a NUL character; a spec is plain text");
            SpecNode? root = YamlTree.Read(text, fileName, limits);
            if (root is null or ScalarNode { Resolved: ScalarKind.Null })
                context.Report(start, $"the file is empty; a spec starts with 'version: {Version}'");
            else if (SectionReader.Open(root, SpecKeys.File, context) is SectionReader file)
                spec = new SpecReader(context, file).ReadFile();
        }
        catch (SpecSyntaxException e)
        {
            context.Report(e.At, e.Message);
        }
        return new SpecReading(spec, problems.ToImmutable());
    }

    private static SourcePosition PlaceOf(string text, int index, string fileName)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, index);
        return new SourcePosition(fileName, 1 + before.Count('\n'), index - before.LastIndexOf('\n'));
    }

    private CaptureSpec? ReadFile()
    {
        if (!IsSupported())
            return null;
        bool isOptional = file.Bool("optional");
        if (file.Has("description"))
            file.Text("description", context.Limits.SqlCharactersMax);
        FunctionReader functions = new(context, isOptional);
        PartsReader parts = new(context, isOptional);
        CaptureSpec spec = new()
        {
            Programs = Each("programs", parts.ReadProgram),
            Functions = Each("functions", functions.Read),
            Types = Each("types", functions.ReadType),
            ContextKeys = Each("context", parts.ReadContextKey),
            Tables = Each("tables", parts.ReadTable),
            Links = Each("links", parts.ReadLink),
            Redaction = file.Node("redact") is SpecNode redact ? parts.ReadRedaction(redact) : RedactionRules.Default,
            Limits = file.Node("limits") is SpecNode limits
                ? LimitsReader.Read(limits, SpecKeys.Limits, context)
                : LimitsSpec.None,
        };
        DuplicateNames.Report(spec, context);
        return SpecHash.Seal(spec);
    }

    private bool IsSupported()
    {
        if (!file.Requires("version"))
            return false;
        long? version = file.Number("version", int.MaxValue);
        if (version is not null and not Version)
        {
            context.Report(file.PlaceOf("version"),
                $"version {version} of the spec format is not known; {Version} is what can be read");
        }
        return version == Version;
    }

    private ImmutableArray<TPart> Each<TPart>(string key, Func<SpecNode, TPart?> read)
        where TPart : class => [.. file.Items(key).Select(read).OfType<TPart>()];
}
