using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SideEye.Architecture.Tests;

/// <summary>One place that is over a limit.</summary>
/// <param name="Rule">method-lines, file-lines or wide-lines.</param>
/// <param name="Place">File, for a method with #Name behind it.</param>
/// <param name="Value">Lines of the method or file; how many lines are too wide.</param>
internal sealed record Measurement(string Rule, string Place, int Value)
{
    private const int MethodLinesMax = 70;
    private const int FileLinesMax = 300;
    private const int LineColumnsMax = 120;
    private const int TabColumns = 4; // .editorconfig, indent_size

    /// <summary>Everything over a limit in the C# and C code of the repository.</summary>
    public static IEnumerable<Measurement> OverLimit()
    {
        foreach (string path in RepositoryFiles.In("", ".cs", ".c", ".h"))
        {
            string[] lines = RepositoryFiles.Lines(path);
            if (lines.Length > FileLinesMax)
                yield return new Measurement("file-lines", path, lines.Length);
            int wide = lines.Count(line => Columns(line) > LineColumnsMax);
            if (wide > 0)
                yield return new Measurement("wide-lines", path, wide);
            foreach ((string name, int length) in path.EndsWith(".cs") ? CSharpMethods(path) : CFunctions(lines))
            {
                if (length > MethodLinesMax)
                    yield return new Measurement("method-lines", $"{path}#{name}", length);
            }
        }
    }

    private static int Columns(string line) => line.Sum(letter => letter == '\t' ? TabColumns : 1);

    private static IEnumerable<(string Name, int Lines)> CSharpMethods(string path)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(RepositoryFiles.Read(path)).GetRoot();
        foreach (SyntaxNode node in root.DescendantNodes())
        {
            string? name = node switch
            {
                MethodDeclarationSyntax method => method.Identifier.Text,
                ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
                LocalFunctionStatementSyntax function => function.Identifier.Text,
                AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
                OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax => "operator",
                _ => null,
            };
            if (name is null)
                continue;
            FileLinePositionSpan span = node.GetLocation().GetLineSpan();
            yield return (name, span.EndLinePosition.Line - span.StartLinePosition.Line + 1);
        }
    }

    /// <summary>Kernel style: a function's braces stand in the first column.</summary>
    private static IEnumerable<(string Name, int Lines)> CFunctions(string[] lines)
    {
        int opened = -1;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i] == "{")
                opened = i;
            if (lines[i] != "}" || opened < 0)
                continue;
            yield return (lines[Math.Max(0, opened - 1)].Trim(), i - opened + 2);
            opened = -1;
        }
    }
}
