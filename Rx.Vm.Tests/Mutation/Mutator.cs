using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;
using K = Microsoft.CodeAnalysis.CSharp.SyntaxKind;

namespace Rx.Vm.Tests.Mutation;

/// <summary>
/// Every small change of a file: another operator, the other side of a limit, a constant one more or one less, a condition turned round, a
/// statement left out, a result that is always the default. Text is left alone.
/// </summary>
internal static class Mutator
{
    private static readonly Dictionary<K, K[]> Operators = new()
    {
        [K.AddExpression] = [K.SubtractExpression],
        [K.SubtractExpression] = [K.AddExpression],
        [K.MultiplyExpression] = [K.DivideExpression],
        [K.DivideExpression] = [K.MultiplyExpression],
        [K.ModuloExpression] = [K.MultiplyExpression],
        [K.LeftShiftExpression] = [K.RightShiftExpression],
        [K.RightShiftExpression] = [K.LeftShiftExpression],
        [K.BitwiseAndExpression] = [K.BitwiseOrExpression],
        [K.BitwiseOrExpression] = [K.BitwiseAndExpression],
        [K.ExclusiveOrExpression] = [K.BitwiseAndExpression],
        [K.LessThanExpression] = [K.LessThanOrEqualExpression, K.GreaterThanOrEqualExpression],
        [K.LessThanOrEqualExpression] = [K.LessThanExpression, K.GreaterThanExpression],
        [K.GreaterThanExpression] = [K.GreaterThanOrEqualExpression, K.LessThanOrEqualExpression],
        [K.GreaterThanOrEqualExpression] = [K.GreaterThanExpression, K.LessThanExpression],
        [K.EqualsExpression] = [K.NotEqualsExpression],
        [K.NotEqualsExpression] = [K.EqualsExpression],
        [K.LogicalAndExpression] = [K.LogicalOrExpression],
        [K.LogicalOrExpression] = [K.LogicalAndExpression],
    };

    private static readonly Dictionary<K, K> Assignments = new()
    {
        [K.AddAssignmentExpression] = K.SubtractAssignmentExpression,
        [K.SubtractAssignmentExpression] = K.AddAssignmentExpression,
        [K.AndAssignmentExpression] = K.OrAssignmentExpression,
        [K.OrAssignmentExpression] = K.AndAssignmentExpression,
        [K.ExclusiveOrAssignmentExpression] = K.AndAssignmentExpression,
        [K.LeftShiftAssignmentExpression] = K.RightShiftAssignmentExpression,
        [K.RightShiftAssignmentExpression] = K.LeftShiftAssignmentExpression,
    };

    /// <summary>All mutants of a file, in the order of its text.</summary>
    public static IEnumerable<Mutant> Of(string file, SyntaxTree tree) =>
        from node in tree.GetRoot().DescendantNodes(n => n is not AttributeListSyntax)
        where !node.Ancestors().OfType<InvocationExpressionSyntax>().Any(IsAssertion)
        from instead in Instead(node)
        select new Mutant(file, node, instead.WithTriviaFrom(node));

    private static IEnumerable<SyntaxNode> Instead(SyntaxNode node) => node switch
    {
        // With what becomes of its expression: a choice between two is no statement.
        ExpressionStatementSyntax s => [.. Expressions(s.Expression).Select(e => (SyntaxNode)s.WithExpression((ExpressionSyntax)e)), Block()],
        ExpressionSyntax { Parent: ExpressionStatementSyntax } => [],
        ExpressionSyntax e => Expressions(e).Concat(ByPlace(e)),
        _ => Others(node),
    };

    /// <summary>Conditions and results.</summary>
    private static IEnumerable<SyntaxNode> ByPlace(ExpressionSyntax node) => node.Parent switch
    {
        IfStatementSyntax i when i.Condition == node && IsWhole(node) => [Not(node)],
        WhileStatementSyntax w when w.Condition == node && IsWhole(node) => [Not(node)],
        ConditionalExpressionSyntax c when c.Condition == node && IsWhole(node) => [Not(node)],
        ReturnStatementSyntax when IsWorthwhile(node) => [Default],
        ArrowExpressionClauseSyntax a when IsWorthwhile(node) => [ReturnsNothing(a) ? Discard : Default],
        _ => [],
    };

    private static bool IsAssertion(InvocationExpressionSyntax call) => call.Expression.ToString() is "Debug.Assert" or "nameof";

    /// <summary>An analyzer sees to these: there is no context to continue on in most tests.</summary>
    private static bool IsConfigureAwait(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: nameof(Task.ConfigureAwait) };

    private static IEnumerable<SyntaxNode> Expressions(SyntaxNode node) => node switch
    {
        BinaryExpressionSyntax b when Operators.TryGetValue(b.Kind(), out var others) => others.Select(kind => Binary(kind, b)),
        AssignmentExpressionSyntax a when Assignments.TryGetValue(a.Kind(), out var other) =>
            [AssignmentExpression(other, a.Left, a.Right).NormalizeWhitespace()],
        PrefixUnaryExpressionSyntax p when p.IsKind(K.LogicalNotExpression) || p.IsKind(K.BitwiseNotExpression) => [p.Operand],
        PrefixUnaryExpressionSyntax p when p.IsKind(K.PreIncrementExpression) => [PrefixUnaryExpression(K.PreDecrementExpression, p.Operand)],
        PrefixUnaryExpressionSyntax p when p.IsKind(K.PreDecrementExpression) => [PrefixUnaryExpression(K.PreIncrementExpression, p.Operand)],
        PostfixUnaryExpressionSyntax p when p.IsKind(K.PostIncrementExpression) => [PostfixUnaryExpression(K.PostDecrementExpression, p.Operand)],
        PostfixUnaryExpressionSyntax p when p.IsKind(K.PostDecrementExpression) => [PostfixUnaryExpression(K.PostIncrementExpression, p.Operand)],
        LiteralExpressionSyntax { Parent: ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } } when IsConfigureAwait(call) => [],
        LiteralExpressionSyntax l => Literal(l),
        _ => [],
    };

    private static IEnumerable<SyntaxNode> Others(SyntaxNode node) => node switch
    {
        RelationalPatternSyntax r => Relational(r),
        BinaryPatternSyntax p => [BinaryPattern(p.IsKind(K.OrPattern) ? K.AndPattern : K.OrPattern, p.Left, p.Right).NormalizeWhitespace()],
        UnaryPatternSyntax p => [p.Pattern],
        _ => [],
    };

    private static ExpressionSyntax Default => ParseExpression("default!");

    private static ExpressionSyntax Discard => ParseExpression("_ = 0");

    private static BinaryExpressionSyntax Binary(K kind, BinaryExpressionSyntax old) =>
        BinaryExpression(kind, old.Left, Token(OperatorOf(kind)).WithTriviaFrom(old.OperatorToken), old.Right);

    private static K OperatorOf(K kind) => BinaryExpression(kind, Default, Default).OperatorToken.Kind();

    /// <summary>The operators' own mutants turn the others round.</summary>
    private static bool IsWhole(ExpressionSyntax condition) =>
        !(condition is BinaryExpressionSyntax b && Operators.ContainsKey(b.Kind())) && !condition.IsKind(K.LogicalNotExpression);

    private static ExpressionSyntax Not(ExpressionSyntax condition) =>
        PrefixUnaryExpression(K.LogicalNotExpression, ParenthesizedExpression(condition.WithoutTrivia()));

    private static bool IsWorthwhile(ExpressionSyntax result) =>
        result is not (LiteralExpressionSyntax or ThrowExpressionSyntax or DefaultExpressionSyntax) && result.ToString() is not ("default!" or "[]" or "this");

    private static bool ReturnsNothing(ArrowExpressionClauseSyntax arrow) => arrow.Parent switch
    {
        MethodDeclarationSyntax m => m.ReturnType.ToString() is "void",
        LocalFunctionStatementSyntax f => f.ReturnType.ToString() is "void",
        ConstructorDeclarationSyntax or DestructorDeclarationSyntax => true,
        AccessorDeclarationSyntax a => !a.IsKind(K.GetAccessorDeclaration),
        _ => false,
    };

    private static IEnumerable<SyntaxNode> Literal(LiteralExpressionSyntax literal) => literal.Token.Value switch
    {
        true => [LiteralExpression(K.FalseLiteralExpression)],
        false => [LiteralExpression(K.TrueLiteralExpression)],
        char c => [ParseExpression($"'\\u{c + 1:x4}'")],
        int or uint or long or ulong => OneOff(literal.Token),
        _ => [],
    };

    private static IEnumerable<SyntaxNode> OneOff(SyntaxToken token)
    {
        var value = Convert.ToDecimal(token.Value, CultureInfo.InvariantCulture);
        var suffix = token.Text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || token.Text.StartsWith("0b", StringComparison.OrdinalIgnoreCase)
            ? string.Concat(token.Text.Where(c => c is 'u' or 'U' or 'l' or 'L'))
            : string.Concat(token.Text.Where(char.IsLetter));
        return new[] { value + 1, value - 1 }.Select(v => ParseExpression(v < 0 ? $"({v}{suffix})" : $"{v}{suffix}"));
    }

    private static IEnumerable<SyntaxNode> Relational(RelationalPatternSyntax pattern) => pattern.OperatorToken.Kind() switch
    {
        K.LessThanToken => [Relational(K.LessThanEqualsToken, pattern), Relational(K.GreaterThanEqualsToken, pattern)],
        K.LessThanEqualsToken => [Relational(K.LessThanToken, pattern), Relational(K.GreaterThanToken, pattern)],
        K.GreaterThanToken => [Relational(K.GreaterThanEqualsToken, pattern), Relational(K.LessThanEqualsToken, pattern)],
        _ => [Relational(K.GreaterThanToken, pattern), Relational(K.LessThanToken, pattern)],
    };

    private static RelationalPatternSyntax Relational(K token, RelationalPatternSyntax old) =>
        RelationalPattern(Token(token).WithTriviaFrom(old.OperatorToken), old.Expression);
}
