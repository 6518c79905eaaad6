using Apache.Arrow;
using SideEye.ControlPlane.Queries;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Serving.Answering;

/// <summary>Choices of a picker, as a frame: what people see and what it stands for.</summary>
internal static class ChoicesFrame
{
    private static readonly Column[] Columns =
        [new() { Name = "text", Type = "VARCHAR" }, new() { Name = "value", Type = "VARCHAR" }];

    /// <summary>Sends choices.</summary>
    /// <returns>How many.</returns>
    public static async Task<long> SendAsync(QueryContext context, IEnumerable<(string Text, string Value)> choices)
    {
        (string Text, string Value)[] some = [.. choices.Take(context.Limits.VariablesMax)];
        RecordBatch rows = new(
            ArrowColumns.Schema(Columns),
            [
                ArrowColumns.Texts(some.Select(static one => one.Text)),
                ArrowColumns.Texts(some.Select(static one => one.Value)),
            ],
            some.Length);
        using FrameSender sender = new(context);
        return await sender.SendAsync("variables", Columns, rows).ConfigureAwait(false);
    }
}
