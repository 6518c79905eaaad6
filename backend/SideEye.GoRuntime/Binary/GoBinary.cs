using SideEye.Elf;
using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>
/// The immutable facts of one Go program file: version, symbol table, runtime structures and variables.
/// All addresses are link-time; a position-independent process adds its load bias. Safe for use by several threads.
/// </summary>
public sealed class GoBinary
{
    private readonly Lazy<RuntimeVariables> variables;
    private readonly Lazy<WaitReasons> waitReasons;
    private readonly Lazy<ulong?> collectionEnd;
    private readonly Lazy<GoroutineIdSource?> goroutineIds;

    private GoBinary(ElfFile elf, ElfFile? debugFile, GoLimits limits)
    {
        Elf = elf;
        BuildInfo = GoBuildInfo.Read(elf, limits);
        GoVersion version = BuildInfo.Version;
        DebugInformation = GoDebugInformation.Open(elf, debugFile, version, out RuntimeLayout layout);
        Layout = layout;
        ModuleData = ModuleData.Locate(elf, debugFile, Layout.ModuleData, limits);
        Pcln = PclnTable.Open(
            RestFrom(elf, ModuleData.PcHeader), RestFrom(elf, ModuleData.GoFunc), ModuleData.Text, version, limits);
        variables = new Lazy<RuntimeVariables>(
            () => RuntimeVariables.Locate(elf, debugFile, DebugInformation.FindVariable, Pcln, limits));
        collectionEnd = new Lazy<ulong?>(() => DebugInformation.FindField("runtime.work", "tstart"));
        goroutineIds = new Lazy<GoroutineIdSource?>(() => GoroutineIdSource.Locate(DebugInformation, Layout));
        waitReasons = new Lazy<WaitReasons>(() => WaitReasons.FromSymbol(elf, debugFile, limits)
            ?? WaitReasons.BuiltIn(version)
            ?? throw UnsupportedGoVersionException.NoLayout(version, BuiltInLayouts.Versions));
    }

    /// <summary>The file.</summary>
    public ElfFile Elf { get; }

    /// <summary>Toolchain, main package, modules, build settings.</summary>
    public GoBuildInfo BuildInfo { get; }

    /// <summary>The toolchain that built it.</summary>
    public GoVersion Version => BuildInfo.Version;

    /// <summary>The processor it runs on.</summary>
    public Architecture Architecture => Elf.Architecture;

    /// <summary>True when the kernel chooses its addresses (-buildmode=pie).</summary>
    public bool IsPositionIndependent => Elf.Kind == ElfKind.SharedObject;

    /// <summary>GNU build id in hexadecimal, else Go's own build id; null when the file has neither.</summary>
    public string? BuildId => Elf.BuildId ?? Elf.GoBuildId;

    /// <summary>Functions, files, lines, stack deltas.</summary>
    public PclnTable Pcln { get; }

    /// <summary>Where the module's parts lie.</summary>
    public ModuleData ModuleData { get; }

    /// <summary>Offsets in the runtime's structures.</summary>
    public RuntimeLayout Layout { get; }

    /// <summary>Where <see cref="Layout"/> came from.</summary>
    public LayoutSource LayoutSource => Layout.Source;

    /// <summary>Whether source variables can be read, and if not, why.</summary>
    public GoDebugInformation DebugInformation { get; }

    /// <summary>Addresses of the runtime's lists of goroutines and threads; found when first asked for.</summary>
    /// <exception cref="RuntimeVariableNotFoundException">The binary is stripped and its code unfamiliar.</exception>
    public RuntimeVariables Variables => variables.Value;

    /// <summary>
    /// Link-time address of runtime.work.tstart, the time at which the mark phase of the last garbage collection ended
    /// (runtime/mgc.go, gcMark; CLOCK_MONOTONIC); found when first asked for, null without debug information.
    /// </summary>
    public ulong? CollectionEnd => collectionEnd.Value;

    /// <summary>Where the ids of new goroutines come from; found when first asked for, null without debug information.
    /// </summary>
    public GoroutineIdSource? GoroutineIds => goroutineIds.Value;

    /// <summary>Texts of g.waitreason; read when first asked for.</summary>
    public WaitReasons WaitReasons => waitReasons.Value;

    /// <summary>
    /// Says quickly whether a file is a Go program: by the linker's own note or sections, which stripping keeps; a file
    /// without a section table is searched for the build information.
    /// </summary>
    /// <exception cref="MalformedFileException">The file's tables are broken.</exception>
    public static bool IsGo(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        return elf.FindSection(BuildInfoBlob.Section) is not null || elf.FindSection(".gopclntab") is not null
            || elf.GoBuildId is not null
            || (elf.Sections.Length <= 1 && BuildInfoBlob.TryLocate(elf, GoLimits.Default, out _));
    }

    /// <summary>Reads the facts of a Go program.</summary>
    /// <param name="elf">The program; its memory must outlive the result.</param>
    /// <param name="debugFile">Its separate debug file, when there is one.</param>
    /// <param name="limits">Bounds on what is read.</param>
    /// <exception cref="NotGoBinaryException">Not a Go program.</exception>
    /// <exception cref="UnsupportedGoVersionException">
    /// Older than Go 1.19, or an unknown version without DWARF.
    /// </exception>
    /// <exception cref="MalformedFileException">The file is broken.</exception>
    public static GoBinary Open(ElfFile elf, ElfFile? debugFile = null, GoLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(elf);
        return new GoBinary(elf, debugFile, limits ?? GoLimits.Default);
    }

    /// <summary>
    /// The file's bytes from an address to the end of its section, or of its segment where no section holds it.
    /// </summary>
    internal static ReadOnlyMemory<byte> RestFrom(ElfFile elf, ulong address)
    {
        ulong length = 0;
        foreach (ElfSegment segment in elf.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && segment.ContainsFileByte(address))
                length = segment.Address + segment.FileSize - address;
        }
        foreach (ElfSection section in elf.Sections)
        {
            if (section.HasFileBytes && section.Address != 0 && address - section.Address < section.Size)
                length = Math.Min(length, section.Address + section.Size - address);
        }
        return elf.TryBytesAt(address, (int)Math.Min(length, int.MaxValue), out ReadOnlyMemory<byte> bytes)
            ? bytes
            : throw new MalformedFileException("runtime.firstmoduledata", address, "points outside the file");
    }
}
