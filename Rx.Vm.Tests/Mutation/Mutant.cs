using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Rx.Vm.Tests.Mutation;

/// <summary>One change of the source: <paramref name="Node"/> of a file becomes <paramref name="Instead"/>.</summary>
internal sealed record Mutant(string File, SyntaxNode Node, SyntaxNode Instead)
{
    private const int Most = 60;

    public int Line => Node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    /// <summary>Names it without its line, which moves.</summary>
    public string Key => $"{File} {Member()}: {Short(Node)} => {Short(Instead)}";

    public SyntaxTree Apply() =>
        Node.SyntaxTree.WithRootAndOptions(Node.SyntaxTree.GetRoot().ReplaceNode(Node, Instead), Node.SyntaxTree.Options);

    private string Member() => Node.Ancestors().OfType<MemberDeclarationSyntax>().FirstOrDefault() switch
    {
        MethodDeclarationSyntax m => m.Identifier.Text,
        PropertyDeclarationSyntax p => p.Identifier.Text,
        ConstructorDeclarationSyntax c => c.Identifier.Text,
        BaseTypeDeclarationSyntax t => t.Identifier.Text,
        EnumMemberDeclarationSyntax e => e.Identifier.Text,
        BaseFieldDeclarationSyntax f => f.Declaration.Variables[0].Identifier.Text,
        OperatorDeclarationSyntax o => o.OperatorToken.Text,
        { } other => other.Kind().ToString(),
        null => "?",
    };

    private static string Short(SyntaxNode node)
    {
        var text = string.Join(' ', node.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= Most ? text : text[..(Most / 2)] + " … " + text[^(Most / 2)..];
    }
}
