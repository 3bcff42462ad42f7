using System.Collections.Immutable;

namespace Rx.Vm.Testing.Notation;

/// <summary>
/// The list form, <c>{-1ms a, 0.5ms [Running], 2s |}</c>: a time and a member each, for times that marbles cannot stand for.
/// </summary>
internal static class ListForm
{
    /// <summary>The member in list form. A comma is in brackets, because it ends an item.</summary>
    public static string Item(long ticks, string token) =>
        $"{(ticks < 0 ? "-" : "")}{Durations.Shortest(Math.Abs(ticks))} {(token == "," ? "[,]" : token)}";

    public static Diagram? TryRead(string text, out DiagramFault? fault)
    {
        var marks = ImmutableArray.CreateBuilder<Mark>();
        var index = Skip(text, text.IndexOf('{') + 1);
        fault = null;
        while (index < text.Length && text[index] != '}')
        {
            if (marks.Count > 0 && text[index] == ',')
            {
                index = Skip(text, index + 1);
            }
            else if (marks.Count > 0)
            {
                fault = new(index, "items of the list form are separated by commas");
                return null;
            }

            if (Item(text, ref index, out fault) is not { } mark)
            {
                return null;
            }

            if (marks.Count > 0 && mark.Ticks < marks[^1].Ticks)
            {
                fault = new(mark.Index, "this is earlier than the item before it");
                return null;
            }

            marks.Add(mark);
            index = Skip(text, index);
        }

        if (index == text.Length || Skip(text, index + 1) < text.Length)
        {
            fault = index == text.Length ? new(text.IndexOf('{'), "the list is never closed") : new(index + 1, "nothing follows a list");
            return null;
        }

        return new(text, marks.ToImmutable(), null);
    }

    private static Mark? Item(string text, ref int index, out DiagramFault? fault)
    {
        var negative = index < text.Length && text[index] == '-';
        var start = negative ? index + 1 : index;
        var length = Durations.Match(text.AsSpan(Math.Min(start, text.Length)), out var ticks);
        var member = Skip(text, start + length);
        if (length == 0 || ticks is null || member == start + length || member >= text.Length)
        {
            fault = new(Math.Min(index, text.Length - 1), "an item of the list form is a time, a blank and a member: 1.5ms a");
            return null;
        }

        return DiagramScanner.Member(text, member, out index, out fault) is { } mark
            ? mark with { Ticks = negative ? -ticks.Value : ticks.Value }
            : null;
    }

    private static int Skip(string text, int index)
    {
        while (index < text.Length && char.IsWhiteSpace(text[index]))
        {
            index++;
        }

        return index;
    }
}
