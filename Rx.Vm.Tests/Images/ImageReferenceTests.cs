using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images;

public sealed class ImageReferenceTests
{
    [Theory]
    [InlineData("busybox")]
    [InlineData("a")]
    [InlineData("3.19-alpine_x")]
    public void A_word_is_a_name(string text) => Assert.Equal(new ImageReference(text, IsPath: false), ImageReference.Parse(text));

    [Theory]
    [InlineData("/var/lib/image.tar")]
    [InlineData("./image")]
    [InlineData("images/web")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/../../b")]
    public void A_slash_or_a_leading_dot_makes_a_path(string text) =>
        Assert.Equal(new ImageReference(text, IsPath: true), ImageReference.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("-rf")]
    [InlineData("_x")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a\0b")]
    [InlineData("ａbc")]
    [InlineData("аbc")]
    [InlineData("a\n")]
    [InlineData("json:{}")]
    public void Everything_else_is_refused(string text)
    {
        var error = Assert.Throws<ImageException>(() => ImageReference.Parse(text));
        Assert.Equal(ImageError.InvalidName, error.Error);
        Assert.DoesNotContain(error.Message, c => char.IsControl(c));
    }

    [Fact]
    public void Lengths_are_bounded()
    {
        Assert.False(ImageReference.Parse(new string('a', 64)).IsPath);
        Assert.Throws<ImageException>(() => ImageReference.Parse(new string('a', 65)));
        var error = Assert.Throws<ImageException>(() => ImageReference.Parse("/" + new string('a', 5000)));
        Assert.InRange(error.Message.Length, 1, 300);
    }

    [Fact]
    public void A_nul_in_a_path_is_refused() => Assert.Throws<ImageException>(() => ImageReference.Parse("/a\0b"));
}
