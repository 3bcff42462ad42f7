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

    public const string ActiveName = "Active";

    public const string ReachedName = "Reached";

    private const string Kind = "mutant";

    /// <summary>The switch: which mutant is on, and by which ones the code came.</summary>
    public static string Source(int mutants) => $$"""
        internal static class {{TypeName}}
        {
            internal static int {{ActiveName}} = -1;

            internal static readonly bool[] {{ReachedName}} = new bool[{{mutants}}];

            internal static bool Is(int number)
            {
                {{ReachedName}}[number] = true;
                return {{ActiveName}} == number;
            }
        }
        """;

    /// <summary>Whether a mutant can wait behind a switch. The compiler may yet find that it can't.</summary>
    public static bool CanHold(Mutant mutant) =>
        Place(mutant) is { } place
        && !place.DescendantNodesAndSelf().Any(n => n is SingleVariableDesignationSyntax)
        && !place.Ancestors().Any(IsFixed);

    /// <summary>The tree with all of these.</summary>
    public static SyntaxTree Weave(SyntaxTree tree, IReadOnlyDictionary<int, Mutant> mutants)
    {
        var byPlace = mutants.ToLookup(m => Place(m.Value)!);
        var root = tree.GetRoot().ReplaceNodes(byPlace.Select(g => g.Key), (place, woven) => byPlace[place].Aggregate(woven, Choose));
        return tree.WithRootAndOptions(root, tree.Options);
    }

    /// <summary>
    /// The mutant in whose text an error is, or the ones in the text of the error; for an error elsewhere, as of what is not assigned any more,
    /// all statements of its member, then everything of it.
    /// </summary>
    public static IEnumerable<int> At(Location error)
    {
        var place = error.SourceTree!.GetRoot().FindNode(error.SourceSpan, getInnermostNodeForTie: true);
        IEnumerable<SyntaxNode>[] suspects =
        [
            place.AncestorsAndSelf().Where(n => n.HasAnnotations(Kind)).Take(1), place.DescendantNodes(),
            Member(place).DescendantNodes().OfType<IfStatementSyntax>(), Member(place).DescendantNodes(),
        ];
        return suspects.Select(nodes => nodes.SelectMany(n => n.GetAnnotations(Kind))).FirstOrDefault(found => found.Any(), [])
            .Select(a => int.Parse(a.Data!, CultureInfo.InvariantCulture));
    }

    /// <summary>What there is a choice of: for a part of a pattern, which has to be constant, the expression it belongs to.</summary>
    private static SyntaxNode? Place(Mutant mutant) =>
        mutant.Node.AncestorsAndSelf().OfType<PatternSyntax>().LastOrDefault() is { } pattern
            ? pattern.Parent as IsPatternExpressionSyntax ?? (SyntaxNode?)(pattern.Parent as SwitchExpressionArmSyntax)?.Parent
            : mutant.Node as ExpressionSyntax ?? (SyntaxNode?)(mutant.Node as ExpressionStatementSyntax);

    private static SyntaxNode Member(SyntaxNode place) =>
        place.AncestorsAndSelf().FirstOrDefault(n => n is MemberDeclarationSyntax) ?? place.SyntaxTree.GetRoot();

    private static SyntaxNode Choose(SyntaxNode woven, KeyValuePair<int, Mutant> mutant)
    {
        var isActive = ParseExpression($"global::{TypeName}.Is({mutant.Key})");
        var place = Place(mutant.Value)!;
        var instead = place == mutant.Value.Node ? mutant.Value.Instead : place.ReplaceNode(mutant.Value.Node, mutant.Value.Instead);
        SyntaxNode choice = woven is StatementSyntax statement
            ? IfStatement(isActive, Block((StatementSyntax)instead), ElseClause(Block(statement)))
            : ParenthesizedExpression(ConditionalExpression(
                isActive, ParenthesizedExpression((ExpressionSyntax)instead), ParenthesizedExpression((ExpressionSyntax)woven)));
        return choice.NormalizeWhitespace().WithAdditionalAnnotations(new SyntaxAnnotation(Kind, mutant.Key.ToString(CultureInfo.InvariantCulture)));
    }

    private static bool IsFixed(SyntaxNode node) => node switch
    {
        AttributeSyntax or ParameterSyntax or EnumMemberDeclarationSyntax or SwitchLabelSyntax or GotoStatementSyntax => true,
        FieldDeclarationSyntax f => f.Modifiers.Any(m => m.IsKind(SyntaxKind.ConstKeyword) || m.IsKind(SyntaxKind.StaticKeyword)),
        LocalDeclarationStatementSyntax l => l.IsConst,
        PropertyDeclarationSyntax p => p.Initializer is not null && p.Modifiers.Any(m => m.IsKind(SyntaxKind.StaticKeyword)),
        ConstructorDeclarationSyntax c => c.Modifiers.Any(m => m.IsKind(SyntaxKind.StaticKeyword)),
        _ => false,
    };
}
