using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Rx.Vm.Tests.Mutation;

/// <summary>
/// Many mutants in one tree, each behind a switch, so that one compilation serves them all. What a compiler wants to be constant, and what
/// runs but once, cannot be switched; it is compiled on its own.
/// </summary>
internal static class MutantSchema
{
    public const string TypeName = "RxMutationSwitch";

    public const string FieldName = "Active";

    private const string Kind = "mutant";

    public const string Source = $$"""
        internal static class {{TypeName}}
        {
            internal static int {{FieldName}} = -1;

            internal static bool Is(int number) => {{FieldName}} == number;
        }
        """;

    /// <summary>Whether a mutant can wait behind a switch. The compiler may yet find that it can't.</summary>
    public static bool CanHold(Mutant mutant) =>
        mutant.Node is ExpressionSyntax or ExpressionStatementSyntax
        && !mutant.Node.DescendantNodesAndSelf().Any(
            n => n is DeclarationExpressionSyntax or DeclarationPatternSyntax or RecursivePatternSyntax or VarPatternSyntax)
        && !mutant.Node.Ancestors().Any(IsFixed);

    /// <summary>The tree with all of these.</summary>
    public static SyntaxTree Weave(SyntaxTree tree, IReadOnlyDictionary<int, Mutant> mutants)
    {
        var byNode = mutants.ToLookup(m => m.Value.Node);
        var root = tree.GetRoot().ReplaceNodes(byNode.Select(g => g.Key), (node, woven) => byNode[node].Aggregate(woven, Choose));
        return tree.WithRootAndOptions(root, tree.Options);
    }

    /// <summary>
    /// The mutant in whose text an error is, or the ones in the text of the error; for an error elsewhere, as of what is not assigned any more,
    /// all statements of its member.
    /// </summary>
    public static IEnumerable<int> At(Location error)
    {
        var place = error.SourceTree!.GetRoot().FindNode(error.SourceSpan, getInnermostNodeForTie: true);
        var member = place.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().First();
        IEnumerable<SyntaxNode>[] suspects =
            [place.AncestorsAndSelf(), place.DescendantNodes(), member.DescendantNodes().OfType<IfStatementSyntax>(), member.DescendantNodes()];
        return suspects.Select(nodes => nodes.SelectMany(n => n.GetAnnotations(Kind))).FirstOrDefault(found => found.Any(), [])
            .Take(place.AncestorsAndSelf().Any(n => n.HasAnnotations(Kind)) ? 1 : int.MaxValue)
            .Select(a => int.Parse(a.Data!, CultureInfo.InvariantCulture));
    }

    private static SyntaxNode Choose(SyntaxNode woven, KeyValuePair<int, Mutant> mutant)
    {
        var isActive = ParseExpression($"global::{TypeName}.Is({mutant.Key})");
        SyntaxNode choice = woven is StatementSyntax statement
            ? IfStatement(isActive, Block((StatementSyntax)mutant.Value.Instead), ElseClause(Block(statement)))
            : ParenthesizedExpression(ConditionalExpression(
                isActive, ParenthesizedExpression((ExpressionSyntax)mutant.Value.Instead), ParenthesizedExpression((ExpressionSyntax)woven)));
        return choice.NormalizeWhitespace().WithAdditionalAnnotations(new SyntaxAnnotation(Kind, mutant.Key.ToString(CultureInfo.InvariantCulture)));
    }

    private static bool IsFixed(SyntaxNode node) => node switch
    {
        AttributeSyntax or ParameterSyntax or EnumMemberDeclarationSyntax or PatternSyntax or SwitchLabelSyntax or GotoStatementSyntax => true,
        FieldDeclarationSyntax f => f.Modifiers.Any(m => m.IsKind(SyntaxKind.ConstKeyword) || m.IsKind(SyntaxKind.StaticKeyword)),
        LocalDeclarationStatementSyntax l => l.IsConst,
        PropertyDeclarationSyntax p => p.Initializer is not null && p.Modifiers.Any(m => m.IsKind(SyntaxKind.StaticKeyword)),
        ConstructorDeclarationSyntax c => c.Modifiers.Any(m => m.IsKind(SyntaxKind.StaticKeyword)),
        _ => false,
    };
}
