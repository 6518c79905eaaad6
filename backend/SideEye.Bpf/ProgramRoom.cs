using SideEye.Target.Native;

namespace SideEye.Bpf;

/// <summary>Sizes of the tables of capture programs.</summary>
/// <param name="Sizes">Entries of each table; where programs and their types lie does not matter.</param>
internal readonly record struct ProgramRoom(NativeCaptureProgram Sizes)
{
    /// <summary>What a program needs; null for none.</summary>
    public static ProgramRoom? Of(ProgramImage? program) => program is null ? null : new(program.Program);

    /// <summary>Whether tables of these sizes have room for those of another.</summary>
    public bool Holds(in ProgramRoom other) =>
        other.Sizes.Ops <= Sizes.Ops && other.Sizes.Routines <= Sizes.Routines && other.Sizes.Pieces <= Sizes.Pieces
        && other.Sizes.Ranges <= Sizes.Ranges && other.Sizes.Types <= Sizes.Types
        && other.Sizes.Constants <= Sizes.Constants && other.Sizes.Names <= Sizes.Names;

    /// <summary>Room for either of two programs.</summary>
    public ProgramRoom Or(in ProgramRoom other) => new(Sizes with
    {
        Ops = Math.Max(Sizes.Ops, other.Sizes.Ops),
        Routines = Math.Max(Sizes.Routines, other.Sizes.Routines),
        Pieces = Math.Max(Sizes.Pieces, other.Sizes.Pieces),
        Ranges = Math.Max(Sizes.Ranges, other.Sizes.Ranges),
        Types = Math.Max(Sizes.Types, other.Sizes.Types),
        Constants = Math.Max(Sizes.Constants, other.Sizes.Constants),
        Names = Math.Max(Sizes.Names, other.Sizes.Names),
    });

    /// <summary>Room for programs that are a little larger. The types' slots are a power of two, and stay so.</summary>
    public ProgramRoom Rounded(Func<long, long> rounded) => new(Sizes with
    {
        Ops = (uint)rounded(Sizes.Ops),
        Routines = (uint)rounded(Sizes.Routines),
        Pieces = (uint)rounded(Sizes.Pieces),
        Ranges = (uint)rounded(Sizes.Ranges),
        Constants = (uint)rounded(Sizes.Constants),
        Names = (uint)rounded(Sizes.Names),
    });
}
