using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>QEMU's words as enums of C#: usable in patterns, open to words of the future.</summary>
public class EnumTests
{
    [Theory]
    [InlineData("running", "runs")]
    [InlineData("suspended", "halted")]
    [InlineData("io-error", "something else")]
    [InlineData("dancing", "new: dancing")]
    public void A_word_is_told_apart_by_a_pattern(string word, string expected)
    {
        var status = new StatusInfo { Status = new(word) };
        Assert.Equal(expected, status.Status.Known switch
        {
            RunState.Running => "runs",
            RunState.Paused or RunState.Suspended => "halted",
            null => $"new: {status.Status}",
            _ => "something else",
        });
        Assert.Equal(word == "running", status is { Status.Known: RunState.Running });
        Assert.Equal(word == "running", status.Status == RunState.Running);
        Assert.Equal(word != "running", status.Status != RunState.Running);
    }

    [Fact]
    public void A_value_is_the_word_it_stands_for()
    {
        QmpEnum<RunState> word = RunState.IoError;
        Assert.Equal(("io-error", "io-error", RunState.IoError, false), (word.Text, word.ToString(), word.Known, word.IsDefault));
        Assert.Equal(new QmpEnum<RunState>("io-error"), word);
        Assert.Equal(new QmpEnum<RunState>("io-error").GetHashCode(), word.GetHashCode());
        Assert.NotEqual(RunState.Paused, word);
    }

    [Fact]
    public void Every_value_of_every_enum_has_a_word_of_its_own()
    {
        var enums = typeof(RunState).Assembly.GetExportedTypes().Where(type => type.IsEnum && type.Namespace == typeof(RunState).Namespace).ToArray();
        Assert.Equal(131, enums.Length);
        foreach (var type in enums)
        {
            typeof(EnumTests).GetMethod(nameof(Check), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
                .MakeGenericMethod(type)
                .Invoke(null, null);
        }
    }

    [Fact]
    public void A_word_left_out_is_no_word_and_is_not_sent()
    {
        QmpEnum<RunState> none = default;
        RunState? nothing = null;
        Assert.Equal(none, nothing);
        Assert.True(none.IsDefault);
        Assert.Equal((string.Empty, null), (none.Text, none.Known));
        Assert.NotEqual(new QmpEnum<RunState>(string.Empty), none);
        Assert.NotEqual(RunState.Debug, none);
        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString(JsonWrite.Utf8(new SetAction { Panic = default }.Write)));
        Assert.Equal(
            """{"panic":"pause","watchdog":"of-the-future"}""",
            System.Text.Encoding.UTF8.GetString(JsonWrite.Utf8(new SetAction { Panic = PanicAction.Pause, Watchdog = new("of-the-future") }.Write)));
    }

    [Fact]
    public void A_number_that_is_no_value_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => (QmpEnum<RunState>)(RunState)99);
        Assert.Throws<ArgumentOutOfRangeException>(() => (QmpEnum<RunState>)(RunState)(-1));
    }

    [Fact]
    public void An_alternate_takes_a_value_too() =>
        Assert.Equal(new Qcow2OverlapChecks.Choice(Qcow2OverlapCheckMode.All), (Qcow2OverlapChecks)Qcow2OverlapCheckMode.All);

    private static void Check<T>()
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().Select(value => (Value: value, Word: (QmpEnum<T>)value)).ToArray();
        Assert.All(words, pair => Assert.Equal(pair.Value, pair.Word.Known));
        Assert.Equal(words.Length, words.Select(pair => pair.Word.Text).Distinct(StringComparer.Ordinal).Count());
    }
}
