namespace SideEye.Testing;

/// <summary>Finds frames in a stack of Delve's.</summary>
public static class DelveStack
{
    /// <summary>The frame that the program knows as <paramref name="known"/>; null when there is none.</summary>
    /// <param name="stack">Innermost first, of the same goroutine.</param>
    /// <param name="known">A frame of the program.</param>
    public static DelveFrame? Find(IReadOnlyList<DelveFrame> stack, KnownFrame known)
    {
        var name = DelveRendering.WithoutTypeArguments(known.Function);
        return stack.Where(frame => DelveRendering.WithoutTypeArguments(frame.Function?.Name ?? "") == name)
            .ElementAtOrDefault(known.Occurrence);
    }
}
