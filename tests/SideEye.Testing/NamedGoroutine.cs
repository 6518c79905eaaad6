using System.Text.Json.Serialization;

namespace SideEye.Testing;

/// <summary>A goroutine of a target that says its own name (package control of tests/targets).</summary>
/// <param name="Id">Its goroutine id.</param>
/// <param name="States">It waits in one of these, as runtime.Stack words them; a single empty text means
/// anything.</param>
/// <param name="Labels">Its profiler labels.</param>
public sealed record NamedGoroutine(
    [property: JsonPropertyName("goid")] long Id,
    [property: JsonPropertyName("states")] IReadOnlyList<string> States,
    [property: JsonPropertyName("labels")] IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Whether it announced to wait in this state.</summary>
    public bool Announced(string state) => States.Contains(state) || States is [""];
}
