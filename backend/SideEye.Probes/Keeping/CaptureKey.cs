using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
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

    private CaptureKey(string buildId, string capture, ulong identity)
    {
        BuildId = buildId;
        Identity = identity;
        // Another version of ourselves puts its own in the place of ours.
        Name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(capture)))[..NameDigits];
        Text = Encoding.UTF8.GetBytes(
            $"side-eye capture {Format}\n{capture}\n"
            + string.Join(' ', Compilers.Select(static each => each.ManifestModule.ModuleVersionId)));
    }

    /// <summary>Of the program.</summary>
    public string BuildId { get; }

    /// <summary>Tells captures of one program apart, for the name of a file: hexadecimal digits.</summary>
    public string Name { get; }

    /// <summary>The key in full.</summary>
    internal ReadOnlyMemory<byte> Text { get; }

    /// <summary>A number for the contents of the program's files.</summary>
    internal ulong Identity { get; }

    /// <summary>The key of a spec's capture of a program; null when it cannot be kept, because the program has no build
    /// id or sections that are not in the file.</summary>
    public static CaptureKey? TryMake(CaptureSpec spec, GoBinary binary)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(binary);
        if (binary.BuildId is not { } buildId || binary.DebugInformation.Dwarf is not { } dwarf
            || spec.CaptureHash.Length == 0)
        {
            return null;
        }
        try
        {
            ulong identity = IdentityOf(dwarf.Elf == binary.Elf ? [binary.Elf] : [binary.Elf, dwarf.Elf]);
            string capture = string.Create(CultureInfo.InvariantCulture, $"""
                build id {buildId}
                contents {identity:x16}
                go {binary.Version.Text}
                spec {spec.CaptureHash}
                """);
            return new CaptureKey(buildId, capture, identity);
        }
        catch (MalformedFileException)
        {
            return null;
        }
    }

    /// <summary>Of all sections, as <see cref="ElfFile.IdentityOf"/>: code, tables and data count as much as debug
    /// information does.</summary>
    private static ulong IdentityOf(ElfFile[] files)
    {
        List<ulong> sections = [];
        foreach (ElfFile file in files)
        {
            sections.Add((ulong)file.Bytes.Length);
            foreach (ElfSection section in file.Sections)
                sections.Add(section.Address ^ file.IdentityOf(section));
        }
        return ContentChecksum.Of(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(sections)));
    }
}
