using System.Globalization;
using System.Reactive.Disposables;

namespace Rx.Vm.Tests.Testing;

/// <summary>A culture that writes numbers otherwise. The tests run without the data of real ones.</summary>
internal static class Culture
{
    /// <summary>Writes commas for points until disposed.</summary>
    public static IDisposable OfCommas()
    {
        var before = CultureInfo.CurrentCulture;
        var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (commas.NumberFormat.NumberDecimalSeparator, commas.NumberFormat.NegativeSign) = (",", "~");
        CultureInfo.CurrentCulture = commas;
        return Disposable.Create(() => CultureInfo.CurrentCulture = before);
    }
}
