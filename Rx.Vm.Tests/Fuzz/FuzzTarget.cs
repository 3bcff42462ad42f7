using System.Text;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>Code that reads what others wrote, and all that must hold of it whatever they wrote.</summary>
internal abstract class FuzzTarget
{
    private byte[][]? _words;

    /// <summary>Its name on the command line and in the corpus.</summary>
    public abstract string Name { get; }

    /// <summary>Words of the input's language, for mutations to use.</summary>
    public byte[][] Words => _words ??= [.. Dictionary.Select(Encoding.UTF8.GetBytes)];

    /// <summary>How many bytes may be allocated for each byte of input, garbage included, and whatever the input.</summary>
    public virtual (int PerByte, int Floor) Allocations => (512, 256 << 10);

    /// <summary>How many times as long an input takes as with the readers of frames: so many fewer are run in each build.</summary>
    public virtual int Cost => 1;

    /// <summary>The same words as text.</summary>
    protected abstract IEnumerable<string> Dictionary { get; }

    /// <summary>Writes an input of the language to the (empty) <paramref name="input"/>, without the first byte.</summary>
    public abstract void Generate(ref Dice dice, FuzzInput input);

    /// <summary>
    /// Runs one input. Throws whatever must not happen: an exception that is not a typed one of the code, or a <see cref="FuzzFailure"/>.
    /// </summary>
    /// <param name="cuts">Where the input is cut, see <see cref="Cuts"/>.</param>
    /// <param name="input">The bytes.</param>
    /// <returns>What kind of thing happened, as a number: inputs that show a new one are kept and mutated further.</returns>
    public abstract uint Run(byte cuts, ReadOnlySpan<byte> input);
}
