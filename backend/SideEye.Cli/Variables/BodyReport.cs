using System.Collections.Immutable;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Functions;

namespace SideEye.Cli.Variables;

/// <summary>A place in a body where variables are looked for.</summary>
/// <param name="Pc">Link-time address.</param>
/// <param name="IsEntry">True for the first instruction of the body, false for a return address.</param>
/// <param name="File">File of the place.</param>
/// <param name="Line">Line of the place.</param>
/// <param name="Callee">The function called; null at the entry and for calls by pointer.</param>
internal sealed record BodyPlace(ulong Pc, bool IsEntry, string File, int Line, string? Callee);

/// <summary>A body with the places that are looked at, and what is available there.</summary>
/// <param name="Body">The body.</param>
/// <param name="Places">The entry, then the calls.</param>
internal sealed record BodyReport(FunctionBody Body, ImmutableArray<BodyPlace> Places)
{
    /// <summary>The bodies; with a pc only those that have it, and only that place.</summary>
    public static ImmutableArray<BodyReport> Of(GoBinary binary, ImmutableArray<FunctionBody> bodies, ulong? pc)
    {
        ImmutableArray<BodyReport>.Builder reports = ImmutableArray.CreateBuilder<BodyReport>();
        foreach (FunctionBody body in bodies)
        {
            if (body.Code.IsEmpty)
                continue;
            ImmutableArray<BodyPlace> places = pc is { } only ? At(binary, body, only) : All(binary, body);
            if (!places.IsEmpty)
                reports.Add(new BodyReport(body, places));
        }

        return reports.ToImmutable();
    }

    /// <summary>Whether a variable can be read at a place.</summary>
    public static Availability At(GoVariable variable, BodyPlace place) =>
        VariableAvailability.At(variable, place.Pc, !place.IsEntry, place.Line);

    /// <summary>The word for it in tables and JSON.</summary>
    public static string Word(Availability availability) => availability switch
    {
        Availability.Available => "available",
        Availability.Partly => "partly",
        Availability.RegistersOnly => "registers only",
        Availability.Deferred => "if deferred",
        Availability.OptimisedOut => "optimised out",
        Availability.OutOfScope => "out of scope",
        _ => "not yet declared",
    };

    private static ImmutableArray<BodyPlace> All(GoBinary binary, FunctionBody body)
    {
        ImmutableArray<BodyPlace>.Builder places = ImmutableArray.CreateBuilder<BodyPlace>();
        places.Add(Entry(binary, body.Code[0].Low));
        foreach (CallSite site in CallSites.Of(binary, body))
        {
            // Stack growth calls from behind the function's end, where nothing of it has happened yet.
            if (site.Callee is null || !site.Callee.StartsWith("runtime.morestack", StringComparison.Ordinal))
                places.Add(new BodyPlace(site.ReturnPc, false, site.File, site.Line, site.Callee));
        }

        return places.ToImmutable();
    }

    private static ImmutableArray<BodyPlace> At(GoBinary binary, FunctionBody body, ulong pc)
    {
        foreach (PcSpan span in body.Code)
        {
            if (span.Low == pc)
                return [Entry(binary, pc)];
            if (!span.Contains(pc - 1))
                continue;
            foreach (CallSite site in CallSites.Of(binary, body))
            {
                if (site.ReturnPc == pc)
                    return [new BodyPlace(pc, false, site.File, site.Line, site.Callee)];
            }

            if (span.Contains(pc))
                return [Entry(binary, pc)];
        }

        return [];
    }

    private static BodyPlace Entry(GoBinary binary, ulong pc)
    {
        string file = "?";
        int line = 0;
        if (binary.Pcln.TryFindFunction(pc, out GoFunction function))
            binary.Pcln.TryFileAndLine(function, pc, out file, out line);
        return new BodyPlace(pc, true, file, line, null);
    }
}
