namespace SideEye.Spec.Expressions;

/// <summary>An expression cannot be parsed; caught where parsing began, never leaves the parser.</summary>
internal sealed class ExpressionSyntaxException(int offset, string message) : Exception(message)
{
    /// <summary>Characters from the expression's start.</summary>
    public int Offset { get; } = offset;
}
