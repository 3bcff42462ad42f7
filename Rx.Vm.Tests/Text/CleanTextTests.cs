using System.Globalization;
using System.Text;
using Rx.Vm.Text;

namespace Rx.Vm.Tests.Text;

/// <summary>The one door for text that others wrote.</summary>
public class CleanTextTests
{
    [Fact]
    public void Every_character_that_could_disturb_a_terminal_or_a_log_is_replaced()
    {
        var checkedRunes = 0;
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.TryCreate(value, out var rune))
            {
                continue;
            }

            var text = CleanText.Of(Encoding.UTF8.GetBytes(rune.ToString()), 100);
            Assert.Equal(text, CleanText.Of(rune.ToString(), 100));
            var isBad = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned;
            var expected = value is '\t' or '\n' or '\r' ? " " : isBad ? "\uFFFD" : rune.ToString();
            if (text != expected)
            {
                Assert.Fail($"U+{value:X4} became {text}");
            }

            checkedRunes++;
        }

        Assert.Equal(0x110000 - 0x800, checkedRunes);
    }

    [Theory]
    [InlineData("\u001b]0;title\u0007", "\uFFFD]0;title\uFFFD")]
    [InlineData("a\r\nb", "a  b")]
    [InlineData("user\u202Etxt.exe", "user\uFFFDtxt.exe")]
    [InlineData("zero\u200Bwidth\uFEFF", "zero\uFFFDwidth\uFFFD")]
    [InlineData("plain — ünïcödé 漢字 🚀", "plain — ünïcödé 漢字 🚀")]
    public void Known_tricks_come_out_harmless(string text, string clean)
    {
        Assert.Equal(clean, CleanText.Of(Encoding.UTF8.GetBytes(text), 1000));
        Assert.Equal(clean, CleanText.Of(text, 1000));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, (byte)'a' }, "\uFFFDa")]
    [InlineData(new byte[] { 0xC3 }, "\uFFFD")]
    [InlineData(new byte[] { 0xE2, 0x82, (byte)'x' }, "\uFFFDx")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "\uFFFD\uFFFD\uFFFD")]
    [InlineData(new byte[] { 0xC0, 0x80 }, "\uFFFD\uFFFD")]
    public void Broken_encoding_is_replaced(byte[] bytes, string clean) => Assert.Equal(clean, CleanText.Of(bytes, 100));

    [Fact]
    public void A_lone_surrogate_is_replaced() => Assert.Equal("a\uFFFDb", CleanText.Of("a\ud800b", 100));

    [Fact]
    public void The_cut_is_marked_and_never_breaks_a_character()
    {
        var bytes = Encoding.UTF8.GetBytes("aé漢🚀");
        string[] expected =
            ["…", "a…", "a…", "aé…", "aé…", "aé…", "aé漢…", "aé漢…", "aé漢…", "aé漢…", "aé漢🚀", "aé漢🚀"];
        for (var most = 0; most < expected.Length; most++)
        {
            Assert.Equal(expected[most], CleanText.Of(bytes, most));
        }

        string[] chars = ["…", "a…", "aé…", "aé漢…", "aé漢…", "aé漢🚀"];
        for (var most = 0; most < chars.Length; most++)
        {
            Assert.Equal(chars[most], CleanText.Of("aé漢🚀", most));
        }

        Assert.Equal(new string('\uFFFD', 5) + "…", CleanText.Of(Enumerable.Repeat((byte)0x80, 9).ToArray(), 5));
    }
}
