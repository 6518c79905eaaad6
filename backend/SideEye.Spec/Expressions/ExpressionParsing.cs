namespace SideEye.Spec.Expressions;

/// <summary>What came of parsing an expression: the expression, or what is wrong with it.</summary>
/// <param name="Expression">The expression, or null.</param>
/// <param name="Problem">What is wrong, or null.</param>
public sealed record ExpressionParsing(Expression? Expression, ExpressionProblem? Problem);

/// <summary>What is wrong with an expression.</summary>
/// <param name="Offset">Where: characters from its start.</param>
/// <param name="Message">What is wrong.</param>
public sealed record ExpressionProblem(int Offset, string Message);
