namespace Rx.Qmp;

/// <summary>The words that the values of an enum have on the wire, in the order of the values from 0 on.</summary>
/// <param name="words">The words.</param>
[AttributeUsage(AttributeTargets.Enum)]
internal sealed class QmpWordsAttribute(params string[] words) : Attribute
{
    public string[] Words { get; } = words;
}
