using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using SideEye.Dwarf;
using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.Spec.Model;
using SideEye.Target;

namespace SideEye.Probes.Keeping;

/// <summary>
/// All that a compiled capture depends on: the spec, the program's file and debug information, and ourselves. What was
/// kept under another key is another capture.
/// </summary>
public sealed class CaptureKey
{
    /// <summary>The number of the layout of what is kept.</summary>
    private const int Format = 1;
    private const int NameDigits = 16;

    // Everything that has a say in what a capture becomes.
    private static readonly Assembly[] Compilers =
    [
        typeof(CaptureKey).Assembly, typeof(CaptureSpec).Assembly, typeof(GoBinary).Assembly,
        typeof(DwarfFile).Assembly, typeof(ElfFile).Assembly, typeof(ContentChecksum).Assembly,
    ];

    private CaptureKey(string buildId, string capture)
    {
        BuildId = buildId;
        // Another version of ourselves puts its own in the place of ours.
        Name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(capture)))[..NameDigits];
        Text = Encoding.UTF8.GetBytes(
            $"side-eye capture {Format}\n{capture}\n"
            + string.Join(' ', Compilers.Select(static each => each.ManifestModule.ModuleVersionId)));
        Identity = ContentChecksum.Of(Text.Span);
    }

    /// <summary>Of the program.</summary>
    public string BuildId { get; }

    /// <summary>Tells captures of one program apart, for the name of a file: hexadecimal digits.</summary>
    public string Name { get; }

    /// <summary>The key in full.</summary>
    internal ReadOnlyMemory<byte> Text { get; }

    /// <summary>The key as a number.</summary>
    internal ulong Identity { get; }

    /// <summary>
    /// A digest of all bytes of a program and its debug file: code, tables and data count as much as debug information
    /// does, and a build id is only what a file says of itself. SHA-256, because programs are of others, and nobody may
    /// make one that passes for another. Takes a second for 1.5 GB.
    /// </summary>
    public static string DigestOf(GoBinary binary)
    {
        ArgumentNullException.ThrowIfNull(binary);
        string digest = Convert.ToHexStringLower(SHA256.HashData(binary.Elf.Bytes.Span));
        return binary.DebugInformation.Dwarf is { } dwarf && dwarf.Elf.Bytes.Span != binary.Elf.Bytes.Span
            ? $"{digest} {Convert.ToHexStringLower(SHA256.HashData(dwarf.Elf.Bytes.Span))}" : digest;
    }

    /// <summary>The key of a spec's capture of a program; null when it cannot be kept, because the program has no build
    /// id or nothing can be captured.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="binary">The program.</param>
    /// <param name="digest">As of <see cref="DigestOf"/>; asked for when it is needed.</param>
    public static CaptureKey? TryMake(CaptureSpec spec, GoBinary binary, Func<string> digest)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(binary);
        ArgumentNullException.ThrowIfNull(digest);
        if (binary.BuildId is not { } buildId || !binary.DebugInformation.IsAvailable || spec.CaptureHash.Length == 0)
            return null;
        return new CaptureKey(buildId, $"""
            build id {buildId}
            contents {digest()}
            go {binary.Version.Text}
            spec {spec.CaptureHash}
            """);
    }
}
